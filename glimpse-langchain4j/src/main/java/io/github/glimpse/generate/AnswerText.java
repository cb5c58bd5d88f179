package io.github.glimpse.generate;

import io.github.glimpse.constrain.ToolCallListener;
import io.github.glimpse.constrain.ToolCallParser;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.sampling.FieldLikelihoods;
import io.github.glimpse.text.IncrementalDecoder;
import io.github.glimpse.text.StopSequences;
import io.github.glimpse.text.Tokenizer;
import io.github.glimpse.text.ToolMarkers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer token by token and tells the listener: its text, which a stop sequence may end, and where tools may be
 * called their calls. One per answer.
 */
final class AnswerText {

    private final IncrementalDecoder decoder;
    private final StopSequences stops;
    private final GenerationListener listener;
    private final @Nullable Calls calls;
    private final @Nullable FieldLikelihoods fields;
    private final StringBuilder text = new StringBuilder();

    /** An answer without a form. */
    AnswerText(Tokenizer tokenizer, List<String> stop, GenerationListener listener) {
        this(tokenizer, stop, null, listener);
    }

    /**
     * An answer.
     *
     * @param stop texts that end it, where people's text may stand in it
     */
    AnswerText(Tokenizer tokenizer, List<String> stop, @Nullable AnswerForm form, GenerationListener listener) {
        this.decoder = new IncrementalDecoder(tokenizer);
        this.stops = new StopSequences(form == null || form.hasFreeText() ? stop : List.of());
        this.listener = listener;
        this.calls = form != null && form.callsTools() ? new Calls(ToolMarkers.of(tokenizer)) : null;
        this.fields = form != null && form.isDocument() ? new FieldLikelihoods() : null;
    }

    /** What stands before the answer already, and is part of its text. */
    void begin(int id) {
        release(decoder.append(id));
    }

    /**
     * The next token.
     *
     * @param logProbability of it
     */
    void append(int id, double logProbability) {
        if (calls == null) {
            append(decoder.append(id));
        } else {
            calls.append(id, logProbability);
        }
        if (fields != null) {
            fields.add(text.length(), logProbability);
        }
    }

    /** Tokens that come at once, and are told at once. */
    void append(int[] ids) {
        StringBuilder pieces = new StringBuilder();
        for (int id : ids) {
            pieces.append(decoder.append(id));
        }
        append(pieces.toString());
    }

    private void append(String piece) {
        release(stops.append(piece));
    }

    /** Whether a stop sequence has come: the answer is over. */
    boolean isStopped() {
        return stops.matched() || (calls != null && calls.repeats);
    }

    /**
     * The answer is over: what was held back is told.
     *
     * @param ending whether the limit cut it
     */
    void finish(ToolCallParser.Ending ending) {
        if (calls == null) {
            append(decoder.finish());
        } else {
            calls.parser.append(decoder.finish());
            calls.parser.finish(ending);
        }
        releaseHeld();
    }

    /** All text. */
    String text() {
        return text.toString();
    }

    /** Of a JSON document, how likely each of its values was; else empty. */
    Map<String, Double> fields() {
        return fields == null ? Map.of() : fields.of(text());
    }

    /** The calls that are whole, in their order. */
    List<ToolCall> calls() {
        return calls == null ? List.of() : calls.whole;
    }

    private void releaseHeld() {
        if (!stops.matched()) {
            release(stops.finish());
        }
    }

    private void release(String piece) {
        if (!piece.isEmpty()) {
            text.append(piece);
            listener.onText(piece);
        }
    }

    /** Tells calls from text. */
    private final class Calls implements ToolCallListener {

        private final ToolMarkers markers;
        private final ToolCallParser parser;
        private final List<ToolCall> whole = new ArrayList<>();
        private boolean inArguments;
        private double last;
        private double least;
        private boolean repeats;

        Calls(ToolMarkers markers) {
            this.markers = markers;
            parser = new ToolCallParser(
                    markers.areTokens() ? ToolCallParser.Markers.TOKENS : ToolCallParser.Markers.TEXT, this);
        }

        void append(int id, double logProbability) {
            last = logProbability;
            least = inArguments ? Math.min(least, last) : 0;
            if (markers.isOpen(id)) {
                parser.append(decoder.finish());
                parser.openMarker();
            } else if (markers.isClose(id)) {
                parser.append(decoder.finish());
                parser.closeMarker();
            } else {
                parser.append(decoder.append(id));
            }
        }

        @Override
        public void text(String piece) {
            if (!repeats) {
                release(stops.append(piece));
            }
        }

        private static boolean isSame(ToolCall before, ToolCall call) {
            return before.name().equals(call.name()) && before.arguments().equals(call.arguments());
        }

        @Override
        public void partial(int index, String name, String piece) {
            if (isStopped()) {
                return;
            }
            releaseHeld();
            inArguments = true;
            least = Math.min(least, last);
            listener.onCallPiece(index, name, piece);
        }

        @Override
        public void complete(int index, String name, String arguments) {
            inArguments = false;
            if (isStopped()) {
                return;
            }
            ToolCall call = new ToolCall(name, arguments, Math.exp(least));
            least = 0;
            // A model that calls the same again, and again, would never end.
            repeats = !whole.isEmpty() && isSame(whole.get(whole.size() - 1), call);
            whole.add(call);
            listener.onCall(index, call);
        }
    }
}

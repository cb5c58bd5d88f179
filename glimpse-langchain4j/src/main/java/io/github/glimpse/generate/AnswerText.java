package io.github.glimpse.generate;

import io.github.glimpse.answer.AnswerEnding;
import io.github.glimpse.answer.AnswerListener;
import io.github.glimpse.answer.AnswerReader;
import io.github.glimpse.answer.AnswerSetup;
import io.github.glimpse.answer.ReadCall;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.sampling.FieldLikelihoods;
import io.github.glimpse.text.IncrementalDecoder;
import io.github.glimpse.text.StopSequences;
import io.github.glimpse.text.Tokenizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Text of an answer, decoded token by token and reported to the listener: the thought, the text, which a stop sequence may
 * end, and calls of tools. One per answer.
 */
final class AnswerText {

    private final IncrementalDecoder decoder;
    private final StopSequences stops;
    private final GenerationListener listener;
    private final @Nullable Parts parts;
    private final @Nullable FieldLikelihoods fields;
    private final AnswerForm.@Nullable Spelling spelling;
    private final StringBuilder text = new StringBuilder();
    private @Nullable String document;

    /** An answer without a form. */
    AnswerText(Tokenizer tokenizer, List<String> stop, GenerationListener listener) {
        this(tokenizer, new StopSequences(stop), null, null, null, listener);
    }

    /**
     * An answer.
     *
     * @param stops texts that end it
     * @param syntax syntax of the model's answers; null if they are plain text
     * @param setup how the answer is parsed; null if it is plain text
     */
    AnswerText(
            Tokenizer tokenizer,
            StopSequences stops,
            @Nullable AnswerForm form,
            @Nullable AnswerSyntax syntax,
            @Nullable AnswerSetup setup,
            GenerationListener listener) {
        this.decoder = new IncrementalDecoder(tokenizer);
        this.stops = stops;
        this.listener = listener;
        this.parts = syntax == null || setup == null ? null : new Parts(syntax, setup);
        this.fields = form != null && form.isDocument() ? new FieldLikelihoods() : null;
        this.spelling = form == null ? null : form.spelling();
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
        if (parts == null) {
            append(decoder.append(id));
        } else {
            parts.append(id, logProbability);
        }
        if (fields != null && !isThinking()) {
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
        return stops.matched() || (parts != null && parts.repeats);
    }

    /** The stop sequence that ended the answer and what followed it; empty if none did. */
    String stopText() {
        return stops.rest();
    }

    /** Whether a thought is open. */
    boolean isThinking() {
        return parts != null && parts.reader.isThinking();
    }

    /** Whether the model may still open a thought. */
    boolean isUndecided() {
        return parts != null && parts.reader.isUndecided();
    }

    /** Tokens of the thought so far. */
    int thinkingTokens() {
        return parts == null ? 0 : parts.thinkingTokens;
    }

    /** The thought; null if there is none. */
    @Nullable
    String thinking() {
        return parts == null || parts.thinking.isEmpty() ? null : parts.thinking.toString();
    }

    /** Names of tools in the answer that the request does not list. */
    List<String> unlistedTools() {
        return parts == null ? List.of() : parts.unlisted;
    }

    /**
     * The answer is over: what was held back is told.
     *
     * @param ending whether the limit cut it
     */
    void finish(AnswerEnding ending) {
        if (parts == null) {
            append(decoder.finish());
        } else {
            parts.reader.append(decoder.finish());
            parts.reader.finish(ending);
        }
        releaseHeld();
        if (spelling != null) {
            document = spelling.document().apply(text.toString());
            listener.onText(document);
        }
    }

    /** All text, as it was delivered. */
    String text() {
        return document == null ? text.toString() : document;
    }

    /** Of a JSON document, how likely each of its values was; else empty. */
    Map<String, Double> fields() {
        if (fields == null) {
            return Map.of();
        }
        String place = spelling == null ? null : spelling.place();
        return place == null ? fields.of(text.toString()) : Map.of(place, fields.least());
    }

    /** The calls that are whole, in their order. */
    List<ToolCall> calls() {
        return parts == null ? List.of() : parts.calls;
    }

    private void releaseHeld() {
        if (!stops.matched()) {
            release(stops.finish());
        }
    }

    private void release(String piece) {
        if (!piece.isEmpty()) {
            text.append(piece);
            if (spelling == null) {
                listener.onText(piece);
            }
        }
    }

    /** Tells the thought, the text and calls apart. */
    private final class Parts implements AnswerListener {

        private final AnswerSyntax syntax;
        private final @Nullable ToolCallFormat format;
        private final AnswerReader reader;
        private final StringBuilder thinking = new StringBuilder();
        private final List<ToolCall> calls = new ArrayList<>();
        private final List<String> unlisted = new ArrayList<>();
        private final Set<Integer> begun = new HashSet<>();
        private int thinkingTokens;
        private double last;
        private double least;
        private boolean repeats;

        Parts(AnswerSyntax syntax, AnswerSetup setup) {
            this.syntax = syntax;
            format = setup.format();
            reader = new AnswerReader(setup, this);
        }

        void append(int id, double logProbability) {
            boolean wasThinking = reader.isThinking();
            last = logProbability;
            if (reader.isReadingCall()) {
                least = Math.min(least, last);
            }
            String token = syntax.textOf(id, format);
            reader.append(token == null ? decoder.append(id) : decoder.finish() + token);
            if (wasThinking || reader.isThinking()) {
                thinkingTokens++;
            }
        }

        @Override
        public void text(String piece) {
            least = 0;
            if (!repeats) {
                release(stops.append(piece));
            }
        }

        @Override
        public void thinking(String piece) {
            thinking.append(piece);
            listener.onThinking(piece);
        }

        @Override
        public void callPiece(int index, @Nullable String id, String name, String piece) {
            if (isStopped()) {
                return;
            }
            releaseHeld();
            least = Math.min(least, last);
            if (begun.add(index) && id != null) {
                listener.onCallId(index, id);
            }
            listener.onCallPiece(index, name, piece);
        }

        @Override
        public void call(int index, ReadCall read) {
            if (isStopped()) {
                return;
            }
            ToolCall call = new ToolCall(read.name(), read.arguments(), Math.exp(least), read.id());
            least = 0;
            // A model that calls the same again, and again, would never end.
            repeats = !calls.isEmpty() && isSame(calls.get(calls.size() - 1), call);
            calls.add(call);
            listener.onCall(index, call);
        }

        @Override
        public void unlistedTool(String name) {
            unlisted.add(name);
        }

        private static boolean isSame(ToolCall before, ToolCall call) {
            return before.name().equals(call.name()) && before.arguments().equals(call.arguments());
        }
    }
}

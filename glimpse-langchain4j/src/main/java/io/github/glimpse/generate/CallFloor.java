package io.github.glimpse.generate;

import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningProfile;
import io.github.glimpse.prune.PruningReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that no call is handed out that was made from image tokens chosen with too little confidence: such a turn is
 * answered again with the profile {@code careful}, then without pruning. An answer that is not sure is told to nobody until it
 * is known to call nothing. One per request.
 *
 * <p>Where nobody knows how sure a choice is, as with strategies that know nothing of the question, calls are handed out.
 */
final class CallFloor {

    private static final List<PruningOptions> WIDER = List.of(
            PruningOptions.builder().profile(PruningProfile.CAREFUL.label()).build(),
            PruningOptions.builder().enabled(false).build());

    private final @Nullable Double least;
    private final List<Runnable> held = new ArrayList<>();
    private int askedAgain;
    private boolean unsure;

    /**
     * Nothing was asked yet.
     *
     * @param least confidence of a call; null hands out all
     */
    CallFloor(@Nullable Double least) {
        this.least = least;
    }

    /** What this attempt says about pruning, where the request says {@code own}. */
    PruningOptions pruning(PruningOptions own) {
        return askedAgain == 0 ? own : WIDER.get(askedAgain - 1).orElse(own);
    }

    /** How often the turn was answered again. */
    int askedAgain() {
        return askedAgain;
    }

    /**
     * The listener of an attempt whose pictures are pruned, and whose answer begins.
     *
     * @param report what pruning did
     */
    GenerationListener hearing(PruningReport report, GenerationListener listener) {
        Double confidence = report.confidence();
        unsure = least != null && confidence != null && confidence < least && askedAgain < WIDER.size();
        return unsure ? new Held(listener, held) : listener;
    }

    /** Whether an attempt's answer is the request's; if not, the next one begins. */
    boolean accepts(GenerationResult result) {
        if (unsure && !result.calls().isEmpty()) {
            held.clear();
            askedAgain++;
            return false;
        }
        held.forEach(Runnable::run);
        return true;
    }

    /** Keeps what is to be told of an answer. */
    private record Held(GenerationListener listener, List<Runnable> events) implements GenerationListener {

        @Override
        public void onText(String text) {
            events.add(() -> listener.onText(text));
        }

        @Override
        public void onThinking(String text) {
            events.add(() -> listener.onThinking(text));
        }

        @Override
        public void onCallId(int index, String id) {
            events.add(() -> listener.onCallId(index, id));
        }

        @Override
        public void onCallPiece(int index, String name, String piece) {
            events.add(() -> listener.onCallPiece(index, name, piece));
        }

        @Override
        public void onCall(int index, ToolCall call) {
            events.add(() -> listener.onCall(index, call));
        }
    }
}

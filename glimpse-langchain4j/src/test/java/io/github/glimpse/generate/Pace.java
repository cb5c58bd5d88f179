package io.github.glimpse.generate;

import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.prefill.StageObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** When a model makes the tokens of an answer, and how long the slices of a request are. For measuring. */
public final class Pace {

    /** Above the score of any other token. */
    private static final float SURE = 1e6f;

    private Pace() {}

    /** Threads that compute beside each other: with one, steps and slices take turns. */
    public static int places(LoadedModel model) {
        return model.runtime().placesAtOnce();
    }

    /**
     * Answers with one letter again and again, until as many tokens are made as the request allows or the signal is given.
     *
     * @param moments takes the moment at which each token's row begins, in nanoseconds; may be read by other threads if it is safe for them
     */
    public static void answer(
            LoadedModel model, GenerationRequest request, CancellationSignal signal, List<Long> moments) {
        answer(model, request, signal, () -> moments.add(System.nanoTime()));
    }

    /**
     * The same, with something to do where each token's row begins.
     *
     * @param atRow on the thread that answers; the row waits for it
     */
    public static void answer(LoadedModel model, GenerationRequest request, CancellationSignal signal, Runnable atRow) {
        int letter = model.model().tokenizer().encodePlain("a")[0];
        model.generate(request, GenerationListener.NONE, signal, new AtRow(atRow) {
            @Override
            public boolean wantsLogits() {
                return true;
            }

            @Override
            public void onLogits(int step, float[] logits) {
                logits[letter] = SURE;
            }
        });
    }

    /**
     * Answers as for any caller, with the model's own tokens, which may end sooner than the request allows.
     *
     * @param atRow where each token's row begins, on the thread that answers; the row waits for it
     */
    public static void answerFreely(LoadedModel model, GenerationRequest request, Runnable atRow) {
        model.generate(request, GenerationListener.NONE, new CancellationSignal(), new AtRow(atRow));
    }

    /** Does something where each token's row begins, and sees no more of an answer. */
    private static class AtRow implements StageObserver {

        private final Runnable atRow;

        AtRow(Runnable atRow) {
            this.atRow = atRow;
        }

        @Override
        public void onToken(int step, long position, int cacheRow) {
            atRow.run();
        }

        @Override
        public boolean wantsLogits() {
            return false;
        }
    }

    /** Nanoseconds of each slice of a request with one picture, from the tower's first on. The model must do nothing else meanwhile. */
    public static List<Long> slices(LoadedModel model, GenerationRequest request) {
        List<Long> slices = new ArrayList<>();
        long[] began = {0};
        model.path()
                .answer(
                        request.over(model.options()),
                        GenerationListener.NONE,
                        () -> {
                            long now = System.nanoTime();
                            if (began[0] > 0) {
                                slices.add(now - began[0]);
                                began[0] = now;
                            }
                        },
                        new StageObserver() {
                            @Override
                            public void onPixels(int image, PixelPatches patches) {
                                // What lay before is reading the picture, which is no slice.
                                began[0] = System.nanoTime();
                            }
                        },
                        Duration.ZERO);
        return slices;
    }
}

package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.prefill.StageObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Makes a model repeat the text of its prompt, a token left out now and then, and keeps the scores that it had itself. */
final class RepeatedPrompt implements StageObserver {

    private static final int TOKENS = 200;

    private final Set<Integer> ends;
    private final float push;
    private final Runnable beforeFirst;
    private final List<float[]> own = new ArrayList<>();
    private final List<Integer> rows = new ArrayList<>();
    private int[] script = {};

    /**
     * Of one answer.
     *
     * @param push what the next token of the prompt gets beyond its own score
     */
    RepeatedPrompt(LoadedModel model, float push, Runnable beforeFirst) {
        this.ends = model.model().stopIds();
        this.push = push;
        this.beforeFirst = beforeFirst;
    }

    @Override
    public void onPrompt(String prompt, PromptLayout layout) {
        int[] text = layout.textIds();
        int start = 0;
        int best = 0;
        int length = 0;
        for (int i = 0; i <= text.length; i++) {
            if (i == text.length || text[i] < 0 || ends.contains(text[i])) {
                if (i - start > length) {
                    best = start;
                    length = i - start;
                }
                start = i + 1;
            }
        }
        int[] longest = Arrays.copyOfRange(text, best, best + length);
        assertThat(longest.length).as("text of the prompt in one piece").isGreaterThan(4);
        // every sixth is left out, so that a guess that goes over it is wrong
        script = IntStream.range(0, TOKENS)
                .filter(i -> i % 6 != 5)
                .map(i -> longest[i % longest.length])
                .toArray();
    }

    @Override
    public void onLogits(int step, float[] logits) {
        own.add(logits.clone());
        logits[script[step % script.length]] += push;
    }

    @Override
    public void onToken(int step, long position, int cacheRow) {
        rows.add(cacheRow);
        if (step == 0) {
            beforeFirst.run();
        }
    }

    /** That both had the same scores, to the bit, and the same rows. */
    void assertSame(RepeatedPrompt other, String name) {
        assertThat(rows).as(name).isEqualTo(other.rows);
        assertThat(own).as(name).hasSameSizeAs(other.own);
        for (int step = 0; step < own.size(); step++) {
            assertThat(Arrays.equals(own.get(step), other.own.get(step)))
                    .as("%s, step %d", name, step)
                    .isTrue();
        }
    }
}

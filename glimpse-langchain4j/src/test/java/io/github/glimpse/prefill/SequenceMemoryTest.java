package io.github.glimpse.prefill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.nn.DecoderBytes;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.prefill.CacheGrowth.Stage;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.serve.MemoryBudget;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What sequences take, by the numbers of Qwen2.5-VL-3B. */
class SequenceMemoryTest {

    private static final int LAYERS = 36;
    private static final int LAYERS_BEFORE_CUT = 24;
    private static final int TEXT = 40;
    private static final int PICTURE = 1_296;
    private static final int KEPT = 143; // 11 %
    private static final int ANSWER = 256;
    private static final long ROW = 2 * 2 * 128 * 2;
    private static final ModelDimensions SIZES = new ModelDimensions(LAYERS, 2_048, 16, 2, 128, 1e-6, 1_280, 32);
    private static final DecoderBytes QWEN = DecoderBytes.of(
            Collections.nCopies(LAYERS, new DecoderBytes.Layer(ROW, 0)), SIZES, 11_008, 151_936, 2, false, false);
    // 5,184 patches of 1,280 numbers, in the tower's MLP and in float32.
    private static final long TOWER = 200L << 20;

    private static SequenceMemory whole() {
        return sequence(List.of(new Stage(LAYERS, TEXT + PICTURE, 0)));
    }

    private static SequenceMemory pruned() {
        return sequence(List.of(new Stage(LAYERS_BEFORE_CUT, TEXT + PICTURE, 1), new Stage(LAYERS, TEXT + KEPT, 0)));
    }

    private static SequenceMemory sequence(List<Stage> stages) {
        return new SequenceMemory(QWEN, KvForm.UNIFORM, stages, ANSWER, 512, TOWER, 16L << 20);
    }

    private static void on() {}

    @Test
    void aSequenceThatIsDecodedTakesItsRowsAndItsAnswers() {
        CacheGrowth caches = new CacheGrowth(QWEN, KvForm.UNIFORM, ANSWER, ANSWER);
        caches.run(new Stage(LAYERS, TEXT + PICTURE, 0), true);
        caches.decode();

        // 1,336 rows and 256 more, in steps of 64
        assertThat(caches.now()).isEqualTo(1_600L * LAYERS * ROW);
        assertThat(caches.most()).isEqualTo(caches.now());
    }

    @Test
    void aCutGivesBackWhatThePromptHeld() {
        CacheGrowth caches = new CacheGrowth(QWEN, KvForm.UNIFORM, ANSWER, ANSWER);
        caches.run(new Stage(LAYERS_BEFORE_CUT, TEXT + PICTURE, 1), false);
        assertThat(caches.now()).isEqualTo(1_344L * LAYERS_BEFORE_CUT * ROW);
        caches.cut(TEXT + KEPT);
        assertThat(caches.now()).isEqualTo(448L * LAYERS_BEFORE_CUT * ROW);
        caches.run(new Stage(LAYERS, TEXT + KEPT, 0), true);
        caches.decode();

        assertThat(caches.now()).isEqualTo(448L * LAYERS * ROW);
    }

    @Test
    void aLongAnswerGrowsItsCachesInsideTheBound() {
        CacheGrowth caches = new CacheGrowth(QWEN, KvForm.UNIFORM, 512, 4_096);
        caches.run(new Stage(LAYERS, 100, 0), true);
        assertThat(caches.now()).isEqualTo(640L * LAYERS * ROW);
        caches.decode();

        assertThat(caches.now()).isEqualTo(4_224L * LAYERS * ROW);
        assertThat(caches.most()).as("one layer's keys twice").isEqualTo(caches.now() + 4_224 * ROW / 2);
    }

    @Test
    void aBudgetForTwoWholeSequencesHoldsSixThatKeepElevenOfAHundredTokens() {
        long three = decoding(whole()) * 2 + whole().bytes();

        assertThat(held(three - 1, false)).isEqualTo(2);
        assertThat(held(three - 1, true)).isGreaterThanOrEqualTo(6);
    }

    /** Sequences that are decoded at once: each begins when the one before has run its prompt. */
    private static int held(long bytes, boolean isPruned) {
        MemoryBudget memory = new MemoryBudget(bytes, "memory-budget");
        List<SequenceMemory> open = new ArrayList<>();
        while (true) {
            SequenceMemory next = isPruned ? pruned() : whole();
            long free = bytes - memory.use().reserved();
            if (next.bytes() > free) {
                open.forEach(SequenceMemory::close);
                assertThat(memory.use().reserved()).isZero();
                return open.size();
            }
            next.reserve(memory, SequenceMemoryTest::on);
            next.enters(TEXT + PICTURE);
            if (isPruned) {
                next.cutTo(TEXT + KEPT);
            }
            next.decodes();
            open.add(next);
        }
    }

    private static long decoding(SequenceMemory sequence) {
        MemoryBudget memory = new MemoryBudget(Long.MAX_VALUE / 4, "memory-budget");
        sequence.reserve(memory, SequenceMemoryTest::on);
        sequence.enters(TEXT + PICTURE);
        sequence.decodes();
        long bytes = memory.use().reserved();
        sequence.close();
        return bytes;
    }
}

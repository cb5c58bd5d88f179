package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.pytorch.engine.PtSymbolBlock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CompiledTextsIT {

    /** As many texts as no graph uses stay compiled. */
    private static final int MOST_UNUSED = 32;

    private static TorchRuntime runtime;

    @BeforeAll
    static void start() {
        runtime = TorchRuntime.start(RuntimeOptions.defaults());
    }

    @AfterAll
    static void close() {
        runtime.close();
    }

    @Test
    void graphsOfOneTextShareWhatWasCompiledAndOthersDoNot() {
        CompiledTexts.Compiled one = runtime.compiled(text(1));
        CompiledTexts.Compiled again = runtime.compiled(text(1));
        CompiledTexts.Compiled other = runtime.compiled(text(2));

        assertThat(again.block()).isSameAs(one.block());
        assertThat(other.block()).isNotSameAs(one.block());

        one.leave();
        again.leave();
        other.leave();
    }

    @Test
    void aTextStaysCompiledAfterTheRuntimeThatCompiledIt() {
        TorchRuntime first = TorchRuntime.start(RuntimeOptions.defaults());
        CompiledTexts.Compiled one = first.compiled(text(3));
        PtSymbolBlock block = one.block();
        one.leave();
        first.close();

        CompiledTexts.Compiled again = runtime.compiled(text(3));

        assertThat(again.block()).isSameAs(block);
        assertThat(block.getHandle()).isNotNull();

        again.leave();
    }

    @Test
    void ofTextsThatNoGraphUsesTheOneLeftLongestAgoIsFreed() {
        CompiledTexts.Compiled used = runtime.compiled(text(4));
        CompiledTexts.Compiled left = runtime.compiled(text(5));
        left.leave();
        for (int i = 0; i < MOST_UNUSED - 1; i++) {
            runtime.compiled(text(100 + i)).leave();
        }
        assertThat(left.block().getHandle()).isNotNull();

        runtime.compiled(text(99)).leave();

        assertThatIllegalStateException().isThrownBy(() -> left.block().getHandle());
        assertThat(used.block().getHandle()).isNotNull();

        used.leave();
    }

    @Test
    void aGraphThatIsClosedTwiceIsLeftOnce() {
        Graph one = graph();
        Graph other = graph();
        one.close();
        one.close();
        for (int i = 0; i <= MOST_UNUSED; i++) {
            runtime.compiled(text(200 + i)).leave();
        }

        try (other;
                TensorScope scope = runtime.openScope()) {
            assertThat(other.call("ones")
                            .with(1)
                            .with(1)
                            .with(Dtype.FLOAT32.code())
                            .run(scope))
                    .isNotNull();
        }
    }

    private static Graph graph() {
        return Graph.named("probe").with(CompiledTextsIT.class, "products").compile(runtime);
    }

    private static GraphText text(int number) {
        return new GraphText().fact("number", number);
    }
}

package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How deep a strategy lies: whoever reads a stack trace, or the code from the top, passes all of these frames. */
class PathToStrategyIT {

    private static final int MOST_FRAMES = 12;

    private final List<String> path = new CopyOnWriteArrayList<>();

    @Test
    void fromDoChatToAStrategyThereAreAtMostTwelveFrames() {
        try (LoadedModel engine = LoadedModel.load(TinyModels.options(TinyModels.QWEN)
                .strategies(List.of(new StackStrategyFactory()))
                .pruning(PruningOptions.builder().strategy("stack").build())
                .build())) {
            // Requests run on the thread that asks, so that the whole path is one stack.
            GlimpseChatModel model = GlimpseChatModel.builder()
                    .model(engine)
                    .executor(Runnable::run)
                    .build();

            model.chat(UserMessage.from(
                    TextContent.from("What is this?"), TinyModels.image(TinyModels.QWEN, "020/a.png")));
        }

        assertThat(path.get(path.size() - 1)).isEqualTo("GlimpseChatModel.doChat");
        assertThat(path).hasSizeLessThanOrEqualTo(MOST_FRAMES);
    }

    /** Writes down how it is called, and keeps everything. */
    private final class StackStrategy implements PruningStrategy {

        @Override
        public PruningPoint defaultPoint() {
            return PruningPoint.afterLayers(2);
        }

        @Override
        public Set<EvidenceRequest> needs() {
            return Set.of();
        }

        @Override
        public void checkPoint(PruningPoint point) {}

        @Override
        public @Nullable ProbeToken probeToken() {
            return null;
        }

        @Override
        public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
            String tests = PathToStrategyIT.class.getName();
            StackWalker.getInstance().forEach(frame -> {
                String type = frame.getClassName();
                if (type.startsWith("io.github.glimpse.") && !type.startsWith(tests)) {
                    path.add(type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethodName());
                }
            });
            return TokenSelection.all(evidence.alive().length);
        }

        @Override
        public void close() {}
    }

    private final class StackStrategyFactory implements PruningStrategyFactory {

        @Override
        public String name() {
            return "stack";
        }

        @Override
        public PruningStrategy create(StrategyContext context) {
            return new StackStrategy();
        }
    }
}

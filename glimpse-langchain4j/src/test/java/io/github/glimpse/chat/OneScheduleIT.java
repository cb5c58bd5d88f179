package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.GenerationRequest;
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
import io.github.glimpse.sampling.GenerationOptions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often a schedule is built, counted by a strategy that is asked for its place each time; and by which numbers it chooses. */
class OneScheduleIT {

    private static final AtomicInteger SCHEDULES = new AtomicInteger();
    private static final List<@Nullable Double> THRESHOLDS = new ArrayList<>();

    private static LoadedModel engine;
    private static GlimpseChatModel chat;

    @BeforeAll
    static void load() {
        engine = LoadedModel.load(TinyModels.options(TinyModels.QWEN)
                .strategies(List.of(new CountedFactory()))
                .pruning(PruningOptions.builder()
                        .strategy("counted")
                        .threshold(0.11)
                        .build())
                .generation(GenerationOptions.builder().maxOutputTokens(2).build())
                .build());
        chat = GlimpseChatModel.builder()
                .model(engine)
                .defaultRequestParameters(GlimpseChatRequestParameters.builder()
                        .pruningThreshold(0.22)
                        .build())
                .build();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @BeforeEach
    void forget() {
        SCHEDULES.set(0);
        THRESHOLDS.clear();
    }

    private static UserMessage question() {
        return UserMessage.from(TextContent.from("What is this?"), TinyModels.image(TinyModels.QWEN, "020/a.png"));
    }

    private static ChatRequest request(double threshold) {
        return ChatRequest.builder()
                .messages(question())
                .parameters(GlimpseChatRequestParameters.builder()
                        .pruningThreshold(threshold)
                        .build())
                .build();
    }

    @Test
    void aChatRequestIsCheckedAndAnsweredByOneSchedule() {
        chat.chat(request(0.33));

        assertThat(SCHEDULES).hasValue(1);
        assertThat(THRESHOLDS).containsExactly(0.33);
    }

    @Test
    void requestsThatSayTheSameShareOneSchedule() {
        for (int i = 0; i < 3; i++) {
            chat.chat(request(0.44));
        }

        assertThat(SCHEDULES).hasValue(1);
        assertThat(THRESHOLDS).containsExactly(0.44, 0.44, 0.44);
    }

    @Test
    void withoutNumbersOfItsOwnARequestGetsThoseOfTheNextInLine() {
        chat.chat(question());
        assertThat(THRESHOLDS).as("by the chat model").containsExactly(0.22);

        THRESHOLDS.clear();
        chat.doChat(ChatRequest.builder().messages(question()).build());
        assertThat(THRESHOLDS).as("past LangChain4j's merging").containsExactly(0.11);

        THRESHOLDS.clear();
        byte[] picture = Base64.getDecoder()
                .decode(TinyModels.image(TinyModels.QWEN, "020/a.png").image().base64Data());
        assertThat(engine.generate(GenerationRequest.of(ChatTurn.user("What is this?", picture)))
                        .tokenIds())
                .hasSizeLessThanOrEqualTo(2);
        assertThat(THRESHOLDS).as("by the library").containsExactly(0.11);
    }

    /** Keeps everything. */
    private static final class Counted implements PruningStrategy {

        @Override
        public PruningPoint defaultPoint() {
            SCHEDULES.incrementAndGet();
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
            THRESHOLDS.add(budget.threshold());
            return TokenSelection.all(evidence.alive().length);
        }

        @Override
        public void close() {}
    }

    private static final class CountedFactory implements PruningStrategyFactory {

        @Override
        public String name() {
            return "counted";
        }

        @Override
        public PruningStrategy create(StrategyContext context) {
            return new Counted();
        }
    }
}

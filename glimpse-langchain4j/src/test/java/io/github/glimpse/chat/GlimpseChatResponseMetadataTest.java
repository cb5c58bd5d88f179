package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.request.GlimpseTokenUsage;
import io.github.glimpse.sampling.LookupReport;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class GlimpseChatResponseMetadataTest {

    private static final PruningReport REPORT = new PruningReport("glimpse", PruningPoint.last(), List.of());
    private static final StageTimings TIMINGS = new StageTimings(
            Duration.ofMillis(1),
            Duration.ofMillis(2),
            Duration.ofMillis(3),
            Duration.ofMillis(4),
            Duration.ofMillis(5),
            Duration.ofMillis(6),
            Duration.ofMillis(7),
            Duration.ofMillis(8));

    private static final GlimpseChatResponseMetadata METADATA = GlimpseChatResponseMetadata.builder()
            .id("1")
            .modelName("tiny")
            .tokenUsage(new GlimpseTokenUsage(3, 2, 1, 1))
            .finishReason(FinishReason.STOP)
            .pruning(REPORT)
            .timings(TIMINGS)
            .likelihood(new AnswerLikelihood(0.5, 0.5, 0.25))
            .lookup(new LookupReport(9, 5, null))
            .warnings(List.of("a warning"))
            .build();

    @Test
    void rebuiltWithASumOfTokensItKeepsWhatIsOurs() {
        // What LangChain4j's tool loop and guardrails do, which know the common class only.
        ChatResponseMetadata common = METADATA;
        TokenUsage sum = TokenUsage.sum(common.tokenUsage(), new TokenUsage(1, 1));

        ChatResponseMetadata rebuilt = common.toBuilder().tokenUsage(sum).build();

        assertThat(rebuilt).isInstanceOfSatisfying(GlimpseChatResponseMetadata.class, own -> {
            assertThat(own.pruning()).isSameAs(REPORT);
            assertThat(own.timings()).isSameAs(TIMINGS);
            assertThat(own.likelihood()).isEqualTo(new AnswerLikelihood(0.5, 0.5, 0.25));
            assertThat(own.lookup()).isEqualTo(new LookupReport(9, 5, null));
            assertThat(own.warnings()).containsExactly("a warning");
            assertThat(own.id()).isEqualTo("1");
            assertThat(own.modelName()).isEqualTo("tiny");
            assertThat(own.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(own.tokenUsage()).isEqualTo(new GlimpseTokenUsage(4, 3, 1, 1));
        });
    }

    @Test
    void equalityTakesEveryField() {
        assertThat(METADATA.toBuilder().build()).isEqualTo(METADATA).hasSameHashCodeAs(METADATA);
        assertThat(METADATA.toBuilder().id("2").build()).isNotEqualTo(METADATA);
        assertThat(METADATA.toBuilder().likelihood(null).build()).isNotEqualTo(METADATA);
        assertThat(METADATA.toBuilder().lookup(LookupReport.NONE).build()).isNotEqualTo(METADATA);
        assertThat(METADATA.toBuilder().warnings(List.of()).build()).isNotEqualTo(METADATA);
        assertThat(METADATA.toBuilder()
                        .pruning(new PruningReport("none", null, List.of()))
                        .build())
                .isNotEqualTo(METADATA);
        assertThat(GlimpseChatResponseMetadata.builder().pruning(REPORT).build())
                .isNotEqualTo(GlimpseChatResponseMetadata.builder()
                        .pruning(REPORT)
                        .timings(TIMINGS)
                        .build());
    }

    @Test
    void withoutAReportNothingWasPruned() {
        GlimpseChatResponseMetadata empty =
                GlimpseChatResponseMetadata.builder().build();

        assertThat(empty.pruning().strategy()).isEqualTo("none");
        assertThat(empty.pruning().retention()).isEqualTo(1.0);
        assertThat(empty.timings().toFirstToken()).isZero();
    }

    @Test
    void toStringSaysWhatWasKept() {
        assertThat(METADATA.toString()).contains("glimpse kept 0 of 0", "id='1'");
    }
}

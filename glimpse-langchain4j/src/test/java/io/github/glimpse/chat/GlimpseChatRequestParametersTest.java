package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.EveryValue;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GlimpseChatRequestParametersTest {

    private static final ChatRequestParameters COMMON =
            ChatRequestParameters.builder().temperature(0.5).topK(7).build();

    private static final GlimpseChatRequestParameters OWN = GlimpseChatRequestParameters.builder()
            .temperature(0.9)
            .maxRetentionRatio(0.2)
            .seed(3L)
            .minP(0.1)
            .lookup(3)
            .repetitionPenalty(1.2)
            .returnScoreMap(false)
            .build();

    @Test
    void mergedIntoCommonParametersItStaysOurs() {
        ChatRequestParameters merged = COMMON.overrideWith(OWN);

        assertThat(merged).isInstanceOfSatisfying(GlimpseChatRequestParameters.class, own -> {
            assertThat(own.temperature()).isEqualTo(0.9);
            assertThat(own.topK()).isEqualTo(7);
            assertThat(own.pruning().maxRetentionRatio()).isEqualTo(0.2);
            assertThat(own.seed()).isEqualTo(3L);
        });
    }

    @Test
    void overriddenByCommonParametersItStaysOurs() {
        GlimpseChatRequestParameters merged = OWN.overrideWith(COMMON);

        assertThat(merged.temperature()).isEqualTo(0.5);
        assertThat(merged.topK()).isEqualTo(7);
        assertThat(merged.pruning().maxRetentionRatio()).isEqualTo(0.2);
        assertThat(merged.minP()).isEqualTo(0.1);
        assertThat(merged.lookup()).isEqualTo(3);
        assertThat(merged.repetitionPenalty()).isEqualTo(1.2);
        assertThat(merged.returnScoreMap()).isFalse();
    }

    @Test
    void asDefaultOfCommonParametersItStaysOurs() {
        ChatRequestParameters merged = COMMON.defaultedBy(OWN);

        assertThat(merged).isInstanceOfSatisfying(GlimpseChatRequestParameters.class, own -> {
            assertThat(own.temperature()).isEqualTo(0.5);
            assertThat(own.seed()).isEqualTo(3L);
        });
        assertThat(OWN.defaultedBy(COMMON).temperature()).isEqualTo(0.9);
        assertThat(OWN.defaultedBy(COMMON).topK()).isEqualTo(7);
    }

    @Test
    void everyFieldOfOursIsMerged() {
        GlimpseChatRequestParameters other = GlimpseChatRequestParameters.builder()
                .pruningThreshold(0.6)
                .seed(4L)
                .minP(0.2)
                .repetitionPenalty(1.3)
                .returnScoreMap(true)
                .build();

        assertThat(OWN.overrideWith(other))
                .isEqualTo(GlimpseChatRequestParameters.builder()
                        .temperature(0.9)
                        .maxRetentionRatio(0.2)
                        .pruningThreshold(0.6)
                        .seed(4L)
                        .minP(0.2)
                        .lookup(3)
                        .repetitionPenalty(1.3)
                        .returnScoreMap(true)
                        .build());
    }

    @Test
    void namingAStrategyLeavesTheDefaultsSchedule() {
        PruningStep step = PruningStep.builder("glimpse").at("layer 2").build();
        GlimpseChatRequestParameters defaults = GlimpseChatRequestParameters.builder()
                .pruningSchedule(List.of(step))
                .build();
        GlimpseChatRequestParameters request =
                GlimpseChatRequestParameters.builder().pruningStrategy("none").build();

        assertThat(defaults.overrideWith(request).pruning().schedule()).isEmpty();
        assertThat(defaults.overrideWith(COMMON).pruning().schedule()).containsExactly(step);
    }

    @Test
    void setterOfAChatRequestKeepsOurFields() {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .parameters(OWN)
                .temperature(0.0)
                .build();

        assertThat(request.parameters())
                .isEqualTo(OWN.overrideWith(
                        ChatRequestParameters.builder().temperature(0.0).build()));
    }

    @Test
    void equalityTakesEveryField() {
        GlimpseChatRequestParameters same =
                GlimpseChatRequestParameters.builder().overrideWith(OWN).build();

        assertThat(same).isEqualTo(OWN).hasSameHashCodeAs(OWN).hasToString(OWN.toString());
        assertThat(OWN).isNotEqualTo(COMMON);
        assertThat(change(GlimpseChatRequestParameters.builder().seed(9L))).isNotEqualTo(OWN);
        assertThat(change(GlimpseChatRequestParameters.builder().minP(0.9))).isNotEqualTo(OWN);
        assertThat(change(GlimpseChatRequestParameters.builder().lookup(7))).isNotEqualTo(OWN);
        assertThat(change(GlimpseChatRequestParameters.builder().repetitionPenalty(1.9)))
                .isNotEqualTo(OWN);
        assertThat(change(GlimpseChatRequestParameters.builder().returnScoreMap(true)))
                .isNotEqualTo(OWN);
        assertThat(change(GlimpseChatRequestParameters.builder().pruningEnabled(false)))
                .isNotEqualTo(OWN);
        assertThat(change(GlimpseChatRequestParameters.builder().topP(0.9))).isNotEqualTo(OWN);
        assertThat(change(GlimpseChatRequestParameters.builder().cacheScope("a caller")))
                .isNotEqualTo(OWN);
    }

    private static GlimpseChatRequestParameters change(GlimpseChatRequestParameters.Builder difference) {
        return OWN.overrideWith(difference.build());
    }

    @Test
    void toStringNamesOurFields() {
        assertThat(OWN.toString()).contains("temperature=0.9", "maxRetentionRatio=0.2", "seed=3", "minP=0.1");
    }

    @Test
    void leafSettersMakeOnePruningOptions() {
        PruningOptions pruning = GlimpseChatRequestParameters.builder()
                .pruningEnabled(true)
                .pruningStrategy("glimpse")
                .pruningThreshold(0.5)
                .maxRetentionRatio(0.3)
                .pruningMinTokens(4)
                .pruningAnchors(Set.of(Anchor.TOP_LEFT))
                .build()
                .pruning();

        assertThat(pruning)
                .isEqualTo(PruningOptions.builder()
                        .enabled(true)
                        .strategy("glimpse")
                        .threshold(0.5)
                        .maxRetentionRatio(0.3)
                        .minTokens(4)
                        .anchors(Set.of(Anchor.TOP_LEFT))
                        .build());
    }

    @Test
    void aRatioOutOfItsRangeIsRefusedWhereItIsSet() {
        assertThatThrownBy(() -> GlimpseChatRequestParameters.builder().maxRetentionRatio(1.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("max-retention-ratio");
    }

    @Test
    void generationIsSetAtOnceAndMergedValueByValue() {
        GenerationOptions all = EveryValue.GENERATION;
        GlimpseChatRequestParameters set =
                GlimpseChatRequestParameters.builder().generation(all).build();

        assertThat(set.generation()).isEqualTo(all);
        assertThat(set.temperature()).isEqualTo(all.temperature());
        assertThat(set.stopSequences()).isEqualTo(all.stop());
        assertThat(GlimpseChatRequestParameters.builder()
                        .temperature(0.2)
                        .generation(GenerationOptions.builder().beams(2).build())
                        .build()
                        .generation())
                .as("replaces what was set before")
                .isEqualTo(GenerationOptions.builder().beams(2).build());
        GenerationOptions some =
                GenerationOptions.builder().temperature(0.1).beams(4).build();
        assertThat(set.overrideWith(GlimpseChatRequestParameters.builder()
                                .generation(some)
                                .build())
                        .generation())
                .isEqualTo(all.toBuilder().temperature(0.1).beams(4).build());
    }

    @Test
    void everyValueOfGenerationHasASetter() {
        List<String> setters = Arrays.stream(GlimpseChatRequestParameters.Builder.class.getMethods())
                .map(Method::getName)
                .toList();

        assertThat(GenerationOptions.class.getRecordComponents())
                .extracting(RecordComponent::getName)
                // LangChain4j's word for it.
                .map(name -> name.equals("stop") ? "stopSequences" : name)
                .allMatch(setters::contains);
    }

    @Test
    void aNumberOfGenerationOutOfItsRangeIsRefusedWhereItIsUsed() {
        GlimpseChatRequestParameters parameters =
                GlimpseChatRequestParameters.builder().minP(2.0).build();

        assertThatThrownBy(parameters::generation)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("min-p");
    }

    @Test
    void anEmptyListOfStopSequencesIsUnset() {
        assertThat(GlimpseChatRequestParameters.builder().build().generation()).isEqualTo(GenerationOptions.defaults());
        assertThat(GlimpseChatRequestParameters.builder()
                        .stopSequences("a", "b")
                        .build()
                        .generation()
                        .stop())
                .containsExactly("a", "b");
    }

    @Test
    void engineOptionsBecomeDefaults() {
        GenerationOptions generation = EveryValue.GENERATION;
        PruningOptions pruning = PruningOptions.builder().threshold(0.4).build();

        GlimpseChatRequestParameters parameters =
                GlimpseChatRequestParameters.of(EngineOptions.builder(Path.of("model"))
                        .generation(generation)
                        .pruning(pruning)
                        .build());

        assertThat(parameters.generation()).isEqualTo(generation);
        assertThat(parameters.pruning()).isEqualTo(pruning);
    }

    @Test
    void emptyParametersBecomeEmptyOurs() {
        assertThat(GlimpseChatRequestParameters.of(DefaultChatRequestParameters.EMPTY))
                .isEqualTo(GlimpseChatRequestParameters.builder().build());
        assertThat(GlimpseChatRequestParameters.of(OWN)).isSameAs(OWN);
    }
}

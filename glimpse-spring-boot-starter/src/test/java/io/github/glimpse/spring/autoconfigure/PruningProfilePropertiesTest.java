package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.prune.GuardReport.Action;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** Profiles and guard, by property and per request, to what an answer says of itself. */
class PruningProfilePropertiesTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
            .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
            .withPropertyValues("glimpse.generation.max-output-tokens=2");

    private static GlimpseChatResponseMetadata ask(
            ApplicationContext context, GlimpseChatRequestParameters.Builder parameters) {
        return (GlimpseChatResponseMetadata) context.getBean(ChatModel.class)
                .chat(ChatRequest.builder()
                        .messages(TestPicture.question())
                        .parameters(parameters.build())
                        .build())
                .metadata();
    }

    @Test
    void withoutAProfileTheModulesNumbersHoldAndTheGuardIsOff() {
        runner.withPropertyValues("glimpse.pruning.max-retention-ratio=0.04").run(context -> {
            GlimpseChatResponseMetadata metadata = ask(context, GlimpseChatRequestParameters.builder());

            assertThat(metadata.guard().action()).isEqualTo(Action.NONE);
            assertThat(metadata.confidence()).isLessThan(0.5);
        });
    }

    @Test
    void theProfileOfThePropertiesHoldsUnlessARequestSaysOtherwise() {
        runner.withPropertyValues("glimpse.pruning.profile=off").run(context -> {
            assertThat(ask(context, GlimpseChatRequestParameters.builder())
                            .pruning()
                            .retention())
                    .isEqualTo(1);
            assertThat(ask(context, GlimpseChatRequestParameters.builder().profile("bold"))
                            .pruning()
                            .retention())
                    .isLessThanOrEqualTo(0.111);
        });
    }

    @Test
    void ownProfilesAreKnownPerRequest() {
        runner.withPropertyValues("glimpse.profiles.tight.max-retention-ratio=0.05")
                .run(context -> {
                    assertThat(ask(
                                            context,
                                            GlimpseChatRequestParameters.builder()
                                                    .profile("tight"))
                                    .pruning()
                                    .retention())
                            .isLessThanOrEqualTo(0.05);
                    assertThatThrownBy(() -> ask(
                                    context,
                                    GlimpseChatRequestParameters.builder().profile("brave")))
                            .isInstanceOf(InvalidRequestException.class)
                            .hasMessageContaining("use one of auto, balanced, bold, careful, off, tight");
                });
    }

    @Test
    void theFieldsOfThePropertiesWinOverTheirProfile() {
        runner.withPropertyValues("glimpse.pruning.profile=careful", "glimpse.pruning.max-retention-ratio=0.1")
                .run(context -> assertThat(ask(context, GlimpseChatRequestParameters.builder())
                                .pruning()
                                .retention())
                        .isLessThanOrEqualTo(0.1));
    }

    @Test
    void theGuardsFloorsAreThoseOfTheProperties() {
        runner.withPropertyValues(
                        "glimpse.pruning.threshold=0.999",
                        "glimpse.pruning.guard.enabled=true",
                        "glimpse.pruning.guard.widen-below=1",
                        "glimpse.pruning.guard.skip-below=1")
                .run(context -> {
                    GlimpseChatResponseMetadata metadata = ask(context, GlimpseChatRequestParameters.builder());

                    assertThat(metadata.guard().action()).isEqualTo(Action.SKIPPED);
                    assertThat(metadata.pruning().retention()).isEqualTo(1);
                });
    }

    @Test
    void withoutAModuleTheStopDistanceIsTakenFromTheOptions() {
        runner.withPropertyValues(
                        "glimpse.model.pruning-module=",
                        "glimpse.pruning.profile=auto",
                        "glimpse.pruning.options.stop-distance=0.3")
                .run(context -> assertThat(ask(context, GlimpseChatRequestParameters.builder())
                                .pruning()
                                .strategy())
                        .isEqualTo("div-prune, fastv"));
    }
}

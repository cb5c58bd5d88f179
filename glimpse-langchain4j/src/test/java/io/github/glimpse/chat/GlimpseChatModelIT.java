package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.Result;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.request.GlimpseTokenUsage;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers of the tiny models through LangChain4j, equal to the reference's. */
class GlimpseChatModelIT {

    private static final ImageContent CAR = TinyModels.image(TinyModels.QWEN, "017/a.png");
    private static final UserMessage QUESTION = UserMessage.from(CAR, TextContent.from("What colour is the car?"));
    private static final String UNPRUNED = "F value doCh; n\uFFFDestees; small\uFFFD";
    private static final String PRUNED = "F value doCh;\uFFFD you\uFFFD~ wordaf,";

    private static LoadedModel engine;
    private static ChatModel model;

    @BeforeAll
    static void load() {
        engine = TinyModels.qwen();
        model = GlimpseChatModel.builder().model(engine).build();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void pruningOfTheRequestGivesTheReferencesAnswerAndSaysWhatWasKept() {
        ChatResponse response = model.chat(ask(GlimpseChatRequestParameters.builder()
                .maxOutputTokens(12)
                .pruningThreshold(0.7)
                .pruningMinTokens(1)
                .pruningAnchors(EnumSet.allOf(Anchor.class))
                .build()));

        assertThat(response.aiMessage().text()).isEqualTo(PRUNED);
        assertThat(response.metadata()).isInstanceOfSatisfying(GlimpseChatResponseMetadata.class, metadata -> {
            assertThat(metadata.id()).startsWith("glimpse-");
            assertThat(metadata.modelName()).isEqualTo("tiny");
            assertThat(metadata.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(metadata.tokenUsage()).isEqualTo(new GlimpseTokenUsage(61, 12, 30, 25));
            assertThat(metadata.timings().toFirstToken()).isPositive();
            PruningReport pruning = metadata.pruning();
            assertThat(pruning.strategy()).isEqualTo("glimpse");
            assertThat(pruning.keptJoined()).containsExactly(0, 5, 22, 24, 29);
            assertThat(pruning.images().get(0).plan().grid().rows()).isEqualTo(5);
            assertThat(pruning.images().get(0).probabilities()).hasSize(30);
        });
    }

    @Test
    void commonParametersOfTheRequestKeepThePruningOfTheModel() {
        ChatModel pruning = GlimpseChatModel.builder()
                .model(engine)
                .defaultRequestParameters(GlimpseChatRequestParameters.builder()
                        .pruningThreshold(0.7)
                        .pruningAnchors(EnumSet.allOf(Anchor.class))
                        .build())
                .build();

        assertThat(pruning.chat(ask(tokens(12))).aiMessage().text()).isEqualTo(PRUNED);
    }

    @Test
    void pruningCanBeSwitchedOffForOneRequest() {
        ChatResponse response = model.chat(ask(GlimpseChatRequestParameters.builder()
                .maxOutputTokens(12)
                .pruningEnabled(false)
                .build()));

        assertThat(response.aiMessage().text()).isEqualTo(UNPRUNED);
        assertThat(pruning(response).strategy()).isEqualTo("none");
        assertThat(pruning(response).retention()).isEqualTo(1.0);
        assertThat(response.tokenUsage()).isEqualTo(new GlimpseTokenUsage(61, 12, 30, 0));
    }

    @Test
    void strategyNoneKeepsEverything() {
        ChatResponse response = model.chat(ask(GlimpseChatRequestParameters.builder()
                .maxOutputTokens(12)
                .pruningStrategy("none")
                .build()));

        assertThat(response.aiMessage().text()).isEqualTo(UNPRUNED);
        assertThat(pruning(response).keptTokens()).isEqualTo(30);
    }

    @Test
    void theCapOfTheRequestIsHeld() {
        ChatResponse response = model.chat(ask(GlimpseChatRequestParameters.builder()
                .maxOutputTokens(1)
                .pruningThreshold(0.0)
                .maxRetentionRatio(0.1)
                .build()));

        assertThat(pruning(response).keptTokens()).isEqualTo(3);
    }

    @Test
    void theScoreMapIsLeftOutOnRequestAndTheKeptTokensStay() {
        ChatResponse response = model.chat(ask(GlimpseChatRequestParameters.builder()
                .maxOutputTokens(1)
                .returnScoreMap(false)
                .build()));

        assertThat(pruning(response).images().get(0).probabilities()).isNull();
        assertThat(pruning(response).keptTokens()).isPositive();
    }

    @Test
    void theOtherFamilyGivesTheReferencesAnswerToo() {
        try (LoadedModel llava = LoadedModel.load(TinyModels.options(TinyModels.LLAVA)
                .transparency(Transparency.DROP)
                .build())) {
            ChatModel chat = GlimpseChatModel.builder().model(llava).build();

            ChatResponse response = chat.chat(ChatRequest.builder()
                    .messages(UserMessage.from(
                            TinyModels.image(TinyModels.LLAVA, "009/r.png"),
                            TextContent.from("What is in the middle?")))
                    .maxOutputTokens(12)
                    .build());

            assertThat(response.aiMessage().text()).isEqualTo("letter\uFFFD\uFFFD doow color\uFFFD\uFFFDellowread cB");
            assertThat(pruning(response).keptTokens()).isEqualTo(22);
            assertThat(response.tokenUsage().inputTokenCount()).isEqualTo(260);
        }
    }

    @Test
    void textAloneIsAnswered() {
        assertThat(model.chat(ChatRequest.builder()
                                .messages(
                                        SystemMessage.from("a"),
                                        SystemMessage.from("b"),
                                        UserMessage.from("c"),
                                        UserMessage.from("d"))
                                .maxOutputTokens(3)
                                .build())
                        .tokenUsage())
                .isInstanceOfSatisfying(GlimpseTokenUsage.class, usage -> {
                    assertThat(usage.imageTokenCount()).isZero();
                    assertThat(usage.outputTokenCount()).isEqualTo(3);
                });
    }

    @Test
    void aSeedMakesSamplingRepeatable() {
        ChatRequestParameters sampled = GlimpseChatRequestParameters.builder()
                .temperature(1.5)
                .maxOutputTokens(12)
                .seed(7L)
                .build();
        List<String> again = IntStream.range(0, 3)
                .mapToObj(i -> model.chat(ask(sampled)).aiMessage().text())
                .distinct()
                .toList();
        String other = model.chat(ask(sampled.overrideWith(
                        GlimpseChatRequestParameters.builder().seed(8L).build())))
                .aiMessage()
                .text();

        assertThat(again).hasSize(1).doesNotContain(other);
    }

    @Test
    void stopSequenceEndsTheAnswerAndIsNoPartOfIt() {
        ChatResponse response = model.chat(ask(GlimpseChatRequestParameters.builder()
                .maxOutputTokens(12)
                .pruningEnabled(false)
                .stopSequences("Ch")
                .build()));

        assertThat(response.aiMessage().text()).isEqualTo("F value do");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void theEnginesOptionsAreTheModelsDefaults() {
        try (LoadedModel own = LoadedModel.load(TinyModels.options(TinyModels.QWEN)
                .generation(GenerationOptions.builder().maxOutputTokens(3).build())
                .pruning(PruningOptions.builder().maxRetentionRatio(0.1).build())
                .build())) {
            ChatModel chat = GlimpseChatModel.builder().model(own).build();

            assertThat(chat.defaultRequestParameters())
                    .isInstanceOfSatisfying(GlimpseChatRequestParameters.class, defaults -> {
                        assertThat(defaults.modelName()).isEqualTo("tiny");
                        assertThat(defaults.maxOutputTokens()).isEqualTo(3);
                        assertThat(defaults.pruning().maxRetentionRatio()).isEqualTo(0.1);
                    });
            ChatResponse response = chat.chat(QUESTION);
            assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(3);
            assertThat(pruning(response).keptTokens()).isLessThanOrEqualTo(3);
        }
        assertThat(model.provider()).isEqualTo(ModelProvider.OTHER);
        assertThat(model.supportedCapabilities()).containsExactly(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }

    @Test
    void manyCallersEachGetTheirAnswer() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try {
            Callable<String> call = () -> model.chat(ask(tokens(4))).aiMessage().text();
            Set<String> answers = new HashSet<>();
            for (Future<String> future : callers.invokeAll(Collections.nCopies(16, call))) {
                answers.add(future.get());
            }
            assertThat(answers).hasSize(1);
        } finally {
            callers.shutdown();
        }
    }

    interface Assistant {

        Result<String> ask(
                @dev.langchain4j.service.UserMessage String question,
                @dev.langchain4j.service.UserMessage ImageContent picture,
                ChatRequestParameters parameters);
    }

    @Test
    void anAiServiceTakesAPictureAndPruningParameters() {
        Assistant assistant = AiServices.create(Assistant.class, model);

        Result<String> result = assistant.ask(
                "What colour is the car?",
                CAR,
                GlimpseChatRequestParameters.builder()
                        .maxOutputTokens(5)
                        .pruningThreshold(0.0)
                        .maxRetentionRatio(0.5)
                        .build());

        assertThat(result.content()).isNotBlank();
        assertThat(result.tokenUsage()).isInstanceOfSatisfying(GlimpseTokenUsage.class, usage -> {
            assertThat(usage.outputTokenCount()).isEqualTo(5);
            assertThat(usage.prunedImageTokenCount()).isEqualTo(15);
        });
        assertThat(pruning(result.finalResponse()).keptTokens()).isEqualTo(15);
    }

    @Test
    void aBuilderWithoutAModelSaysSo() {
        assertThatThrownBy(() -> GlimpseChatModel.builder().build()).hasMessageContaining("LoadedModel.load");
    }

    private static PruningReport pruning(ChatResponse response) {
        return ((GlimpseChatResponseMetadata) response.metadata()).pruning();
    }

    private static ChatRequest ask(ChatRequestParameters parameters) {
        return ChatRequest.builder().messages(QUESTION).parameters(parameters).build();
    }

    private static ChatRequestParameters tokens(int most) {
        return ChatRequestParameters.builder().maxOutputTokens(most).build();
    }
}

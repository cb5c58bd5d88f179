package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.guardrail.OutputGuardrailException;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.UserMessage;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.generate.LoadedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real AI service with the guardrail, on the tiny model. */
class LessPruningOutputGuardrailIT {

    private static final List<Content> QUESTION =
            List.of(TinyModels.image(TinyModels.QWEN, "020/a.png"), TextContent.from("What colour is the car?"));

    private static LoadedModel engine;
    private static GlimpseChatModel model;
    private static final List<GlimpseChatResponseMetadata> ANSWERS = new ArrayList<>();

    interface Assistant {

        String ask(@UserMessage List<Content> question);
    }

    @BeforeAll
    static void load() {
        engine = TinyModels.qwen();
        model = GlimpseChatModel.builder()
                .model(engine)
                .defaultRequestParameters(GlimpseChatRequestParameters.builder()
                        .maxOutputTokens(4)
                        .maxRetentionRatio(0.1)
                        .build())
                .listeners(List.of(new ChatModelListener() {
                    @Override
                    public void onResponse(ChatModelResponseContext context) {
                        ANSWERS.add((GlimpseChatResponseMetadata)
                                context.chatResponse().metadata());
                    }
                }))
                .build();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @BeforeEach
    void forget() {
        ANSWERS.clear();
    }

    private static String ask(LessPruningOutputGuardrail guardrail) {
        return AiServices.builder(Assistant.class)
                .chatModel(model)
                .outputGuardrails(guardrail)
                .build()
                .ask(QUESTION);
    }

    private static String unpruned() {
        String text = model.chat(dev.langchain4j.model.chat.request.ChatRequest.builder()
                        .messages(dev.langchain4j.data.message.UserMessage.from(QUESTION))
                        .parameters(GlimpseChatRequestParameters.builder()
                                .profile("off")
                                .build())
                        .build())
                .aiMessage()
                .text();
        ANSWERS.clear();
        return text;
    }

    @Test
    void asksAgainWithAllTokensUntilTheConfidenceWillDo() {
        String full = unpruned();

        String answer = ask(LessPruningOutputGuardrail.builder()
                .minConfidence(1)
                .profiles(List.of("off"))
                .build());

        assertThat(answer).isEqualTo(full);
        assertThat(ANSWERS).hasSize(2);
        assertThat(ANSWERS.get(0).pruning().keptTokens()).isEqualTo(3);
        assertThat(ANSWERS.get(0).confidence()).isLessThan(1);
        assertThat(ANSWERS.get(1).pruning().retention()).isEqualTo(1);
    }

    @Test
    void asksAgainWhereTheModelHeldAWordUnlikely() {
        ask(LessPruningOutputGuardrail.builder().minConfidence(0).build());
        double likelihood = Objects.requireNonNull(ANSWERS.get(0).likelihood()).leastProbability();
        ANSWERS.clear();

        LessPruningOutputGuardrail.Builder builder =
                LessPruningOutputGuardrail.builder().minConfidence(0).profiles(List.of("off"));
        ask(builder.minLikelihood(likelihood).build());
        assertThat(ANSWERS).hasSize(1);
        ask(builder.minLikelihood(Math.nextUp(likelihood)).build());
        assertThat(ANSWERS).hasSize(3);
        assertThat(ANSWERS.get(2).pruning().strategy()).isEqualTo("none");
    }

    @Test
    void asksAgainWhereTheTokensWereUnlikelyInTheMean() {
        ask(LessPruningOutputGuardrail.builder().minConfidence(0).build());
        AnswerLikelihood likelihood = Objects.requireNonNull(ANSWERS.get(0).likelihood());
        double mean = likelihood.meanProbability();
        assertThat(mean).isBetween(likelihood.leastProbability(), Math.nextDown(1.0));
        ANSWERS.clear();

        LessPruningOutputGuardrail.Builder builder =
                LessPruningOutputGuardrail.builder().minConfidence(0).profiles(List.of("off"));
        ask(builder.minMeanLikelihood(mean).build());
        assertThat(ANSWERS).hasSize(1);
        ask(builder.minMeanLikelihood(Math.nextUp(mean)).build());
        assertThat(ANSWERS).hasSize(3);
        assertThat(ANSWERS.get(2).pruning().strategy()).isEqualTo("none");
    }

    @Test
    void goesThroughItsProfilesInOrder() {
        ask(LessPruningOutputGuardrail.builder().minConfidence(1).build());

        assertThat(ANSWERS).hasSize(3);
        assertThat(ANSWERS.get(1).pruning().keptTokens())
                .isGreaterThan(ANSWERS.get(0).pruning().keptTokens());
        assertThat(ANSWERS.get(2).pruning().strategy()).isEqualTo("none");
    }

    @Test
    void leavesASureAnswerAlone() {
        ask(LessPruningOutputGuardrail.builder().minConfidence(0).build());
        assertThat(ANSWERS).hasSize(1);
    }

    @Test
    void asksAgainForAnAnswerThatTheApplicationCannotUse() {
        AtomicInteger looks = new AtomicInteger();

        String answer = ask(LessPruningOutputGuardrail.builder()
                .minConfidence(0)
                .accept(text -> looks.incrementAndGet() == 3)
                .build());

        assertThat(ANSWERS).hasSize(3);
        assertThat(answer).isEqualTo(unpruned());
    }

    @Test
    void failsIfNoAnswerWillDoUnlessTheLastOneCounts() {
        assertThatThrownBy(() -> ask(LessPruningOutputGuardrail.builder()
                        .accept(text -> false)
                        .profiles(List.of("off"))
                        .build()))
                .isInstanceOf(OutputGuardrailException.class)
                .hasMessageContaining("Asked again 1 times with less pruning");

        String answer = ask(LessPruningOutputGuardrail.builder()
                .accept(text -> false)
                .profiles(List.of("off"))
                .lastAnswerCounts()
                .build());
        assertThat(answer).isEqualTo(unpruned());
    }

    @Test
    void doesNotAskAgainWhereNothingWasPruned() {
        GlimpseChatModel whole = GlimpseChatModel.builder()
                .model(engine)
                .defaultRequestParameters(GlimpseChatRequestParameters.builder()
                        .maxOutputTokens(4)
                        .profile("off")
                        .build())
                .listeners(model.listeners())
                .build();
        Assistant assistant = AiServices.builder(Assistant.class)
                .chatModel(whole)
                .outputGuardrails(LessPruningOutputGuardrail.builder()
                        .accept(text -> false)
                        .build())
                .build();

        assertThatThrownBy(() -> assistant.ask(QUESTION)).hasMessageContaining("Asked again 0 times");
        assertThat(ANSWERS).hasSize(1);
    }

    @Test
    void theOverrideEndsWithTheGuardrail() {
        ask(LessPruningOutputGuardrail.builder().minConfidence(1).build());
        ANSWERS.clear();

        ask(LessPruningOutputGuardrail.builder().minConfidence(0).build());

        assertThat(ANSWERS.get(0).pruning().keptTokens()).isEqualTo(3);
    }

    @Test
    void worksWithAMemoryToo() {
        MessageWindowChatMemory memory = MessageWindowChatMemory.withMaxMessages(10);
        Assistant assistant = AiServices.builder(Assistant.class)
                .chatModel(model)
                .chatMemory(memory)
                .outputGuardrails(LessPruningOutputGuardrail.builder()
                        .minConfidence(1)
                        .profiles(List.of("off"))
                        .build())
                .build();

        assertThat(assistant.ask(QUESTION)).isEqualTo(unpruned());
        assertThat(memory.messages()).as("question and first answer").hasSize(2);
    }

    @Test
    void refusesSettingsThatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LessPruningOutputGuardrail.builder().minConfidence(1.2))
                .withMessageContaining("min-confidence is 1.2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LessPruningOutputGuardrail.builder().minMeanLikelihood(-1))
                .withMessageContaining("min-mean-likelihood is -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LessPruningOutputGuardrail.builder().profiles(List.of()))
                .withMessageContaining("no profile");
    }
}

package com.example.guide01;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.guardrail.OutputGuardrails;
import dev.langchain4j.service.spring.AiService;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.chat.LessPruningOutputGuardrail;
import io.github.glimpse.prune.PruningExplanation;
import io.github.glimpse.prune.PruningReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** An application of Spring Boot: README, and the guides about pruning, Spring and extending. */
@SpringBootApplication
@Import(GlimpseExtensions.class)
public class ChatProgram {

    /** README. */
    @AiService
    public interface Documents {

        /** Answers. */
        String ask(@UserMessage String question, @UserMessage ImageContent page);
    }

    /** The guide about pruning. */
    interface Receipts {

        @OutputGuardrails(LessPruningOutputGuardrail.class)
        String ask(@UserMessage List<Content> question);
    }

    /** What the listener heard. */
    static final class Answers implements ChatModelListener {

        final List<String> texts = new CopyOnWriteArrayList<>();

        @Override
        public void onResponse(ChatModelResponseContext context) {
            texts.add(context.chatResponse().aiMessage().text());
        }
    }

    @Bean
    Answers answers() {
        return new Answers();
    }

    static Receipts receipts(ChatModel model) {
        return AiServices.builder(Receipts.class)
                .chatModel(model)
                .outputGuardrails(LessPruningOutputGuardrail.builder()
                        .minConfidence(0.4)
                        .minLikelihood(0.9)
                        .accept(answer -> answer.matches(".*\\d.*"))
                        .profiles(List.of("careful", "off"))
                        .build())
                .build();
    }

    static GlimpseChatResponseMetadata total(ChatModel chatModel, String base64) {
        ChatResponse response = chatModel.chat(dev.langchain4j.data.message.UserMessage.from(
                TextContent.from("What is the total?"), ImageContent.from(base64, "image/png")));
        GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
        metadata.likelihood().leastProbability();
        PruningReport report = metadata.pruning();
        report.keptTokens();
        report.images().get(0).kept();
        report.images().get(0).plan().grid();
        report.images().get(0).probabilities();
        return metadata;
    }

    static GlimpseChatResponseMetadata atMost(ChatModel chatModel, double share, String base64) {
        return (GlimpseChatResponseMetadata) chatModel
                .chat(ChatRequest.builder()
                        .messages(dev.langchain4j.data.message.UserMessage.from(
                                TextContent.from("What is the total?"), ImageContent.from(base64, "image/png")))
                        .parameters(GlimpseChatRequestParameters.builder()
                                .maxRetentionRatio(share)
                                .build())
                        .build())
                .metadata();
    }

    static List<byte[]> drawn(GlimpseChatResponseMetadata metadata, byte[] receipt) {
        PruningExplanation drawn = metadata.explanation(List.of(receipt));
        List<byte[]> files = new ArrayList<>(List.of(drawn.mask(0)));
        for (int step = 0; step < drawn.steps(); step++) {
            byte[] mask = drawn.mask(step, 0);
            Optional<byte[]> scores = drawn.scores(step, 0);
            Optional<byte[]> merged = drawn.merged(step, 0);
            files.add(mask);
            scores.ifPresent(files::add);
            merged.ifPresent(files::add);
        }
        return files;
    }
}

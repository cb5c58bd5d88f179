package io.github.glimpse.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.service.Result;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.prune.PruningReport;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** What an application does: an interface with {@code @AiService}, asked with text, a picture and parameters per call. */
@SpringBootTest(properties = "glimpse.generation.max-output-tokens=6")
class AiServiceTest {

    private static final ImageContent RECEIPT = Picture.read(null).content();

    @Autowired
    private Assistant assistant;

    @AiService
    interface Assistant {

        Result<String> answer(
                @UserMessage String question,
                @UserMessage ImageContent picture,
                GlimpseChatRequestParameters parameters);
    }

    @Test
    void answersAQuestionAboutAPicture() {
        Result<String> answer = assistant.answer(
                "What is the total?",
                RECEIPT,
                GlimpseChatRequestParameters.builder().build());

        assertThat(answer.content()).isNotNull();
        assertThat(answer.tokenUsage().outputTokenCount()).isBetween(1, 6);
        assertThat(report(answer).strategy()).isEqualTo("glimpse");
    }

    @Test
    void prunesAsTheCallSays() {
        PruningReport loose = report(assistant.answer("What is the total?", RECEIPT, parameters(1.0)));
        double cap = loose.retention() / 2;
        PruningReport tight = report(assistant.answer("What is the total?", RECEIPT, parameters(cap)));

        assertThat(tight.imageTokens()).isEqualTo(loose.imageTokens());
        assertThat(tight.keptTokens()).isLessThan(loose.keptTokens());
        assertThat(tight.retention()).isLessThanOrEqualTo(cap);
    }

    @Test
    void generatesAsTheCallSays() {
        Result<String> answer = assistant.answer(
                "What is the total?",
                RECEIPT,
                GlimpseChatRequestParameters.builder().maxOutputTokens(2).build());

        assertThat(answer.tokenUsage().outputTokenCount()).isLessThanOrEqualTo(2);
    }

    private static GlimpseChatRequestParameters parameters(double retention) {
        return GlimpseChatRequestParameters.builder()
                .maxRetentionRatio(retention)
                .build();
    }

    private static PruningReport report(Result<String> answer) {
        assertThat(answer.finalResponse().metadata()).isInstanceOf(GlimpseChatResponseMetadata.class);
        PruningReport report =
                ((GlimpseChatResponseMetadata) answer.finalResponse().metadata()).pruning();
        assertThat(report).isNotNull();
        return report;
    }
}

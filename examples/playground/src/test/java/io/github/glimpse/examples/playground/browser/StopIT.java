package io.github.glimpse.examples.playground.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.StreamingChatModel;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.GlimpseStreamingChatModel;
import io.github.glimpse.chat.RequestTracer;
import io.github.glimpse.examples.playground.PlaygroundApplication;
import io.github.glimpse.generate.LoadedModel;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;

/** Long answers, which somebody does not wait for. */
class StopIT extends PageInChromium {

    private static final int TOKENS = 800;

    @Override
    List<String> properties() {
        return List.of("glimpse.streaming-chat-model.enabled=false");
    }

    @Override
    Class<?>[] sources() {
        return new Class<?>[] {PlaygroundApplication.class, LongAnswers.class};
    }

    /** The model of the application, which has to write this many letters. */
    static class LongAnswers {

        @Bean
        StreamingChatModel longAnswers(LoadedModel engine, RequestTracer tracer) {
            return GlimpseStreamingChatModel.builder()
                    .model(engine)
                    .tracer(tracer)
                    .defaultRequestParameters(GlimpseChatRequestParameters.builder()
                            .regex("[a-z]{" + TOKENS + "}")
                            .maxOutputTokens(TOKENS)
                            .build())
                    .build();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"button", "Escape"})
    void anAnswerIsStoppedAndThePlaceIsFree(String by) throws InterruptedException {
        long before = engine().stepUse().tokens();
        begin();
        long start = System.nanoTime();
        if (by.equals("button")) {
            button("Stop").click();
        } else {
            page.keyboard().press(by);
        }
        awaitFreePlace();
        System.out.printf(
                Locale.ROOT,
                "stopped by %s: the place was free after %d ms%n",
                by,
                (System.nanoTime() - start) / 1_000_000);

        assertThat(engine().stepUse().tokens() - before)
                .as("tokens of the answer")
                .isBetween(1L, TOKENS - 1L);
        assertThat(page.locator(".run")).containsText("Stopped; this is not all of it.");
        assertThat(page.locator("#question")).isFocused();
        assertThat(page.locator(".run .text")).not().isEmpty();
        assertThat(page.locator("#alert")).isEmpty();
        ask("And now?");
        assertThat(page.locator(".run").last().locator(".text")).not().isEmpty();
        button("Stop").click();
        awaitFreePlace();
    }

    @Test
    void aPageThatIsClosedFreesThePlace() throws InterruptedException {
        long before = engine().stepUse().tokens();
        begin();
        page.close();
        awaitFreePlace();

        assertThat(engine().stepUse().tokens() - before)
                .as("tokens of the answer")
                .isBetween(1L, TOKENS - 1L);
    }

    private void begin() {
        button("A receipt").click();
        assertThat(page.locator("#image")).isVisible();
        button("Ask").click();
        assertThat(page.locator(".run .text")).not().isEmpty();
        assertThat(engine().activeRequests()).as("it is still answering").isEqualTo(1);
    }

    private void awaitFreePlace() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (engine().activeRequests() > 0 && System.nanoTime() < end) {
            Thread.sleep(10);
        }
        assertThat(engine().activeRequests()).isZero();
    }
}

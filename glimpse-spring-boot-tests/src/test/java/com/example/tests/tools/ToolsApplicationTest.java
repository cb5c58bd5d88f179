package com.example.tests.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.service.Result;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;
import dev.langchain4j.service.spring.AiServiceWiringMode;
import dev.langchain4j.service.tool.ToolExecution;
import dev.langchain4j.service.tool.ToolProvider;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.generate.ToolOffer.Withheld;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/** An application with a tool, two services and the embedded model. */
@ExtendWith(OutputCaptureExtension.class)
class ToolsApplicationTest {

    private static final String QUESTION = "What is the sum?";

    private static ConfigurableApplicationContext start(Class<?>... sources) {
        return start("glimpse.tools.zoom=false", sources);
    }

    private static ConfigurableApplicationContext start(String property, Class<?>... sources) {
        return new SpringApplicationBuilder(sources)
                .properties(
                        property,
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "glimpse.model.location=embedded",
                        "glimpse.tools.parallel=false",
                        "glimpse.generation.max-output-tokens=120")
                .run();
    }

    @Test
    void aToolBeanLeavesServicesWithoutToolsAsTheyAre() {
        String without;
        try (ConfigurableApplicationContext context = start(Services.class)) {
            without = context.getBean(Reader.class).ask(QUESTION).content();
        }
        try (ConfigurableApplicationContext context = start(Services.class, Calculator.class)) {
            Result<String> reader = context.getBean(Reader.class).ask(QUESTION);
            Result<String> agent = context.getBean(Agent.class)
                    .ask(QUESTION, ChatRequestParameters.builder().build());

            assertThat(reader.content()).isEqualTo(without);
            assertThat(metadata(reader).tools().given()).isZero();
            // The model was not trained to call it.
            assertThat(agent.content()).isEqualTo(without);
            assertThat(metadata(agent).tools().given()).isOne();
            assertThat(metadata(agent).tools().offered()).isZero();
            assertThat(metadata(agent).tools().withheld()).isEqualTo(Withheld.UNTRAINED);
            assertThat(metadata(agent).tools().untrained()).containsExactly("add");
            assertThat(context.getBean(Calculator.class).sums).isEmpty();
        }
    }

    @Test
    void aResultTypeThatTheModelWasNotTrainedForIsNamedAtTheStart(CapturedOutput output) {
        try (ConfigurableApplicationContext context = start(Services.class)) {
            assertThat(context.getBean(Typed.class)).isNotNull();
        }
        assertThat(output.getOut())
                .containsOnlyOnce("Typed.receipt returns " + Receipt.class.getName()
                        + ", and the model was not trained to write 'lines' (array) as JSON")
                .doesNotContain("Typed.total returns");
    }

    @Test
    void whereToolsAreIgnoredOneWarningSaysSo(CapturedOutput output) {
        try (ConfigurableApplicationContext context =
                start("glimpse.tools.mode=ignore", Services.class, Calculator.class)) {
            ChatRequestParameters plain = ChatRequestParameters.builder().build();
            Result<String> first = context.getBean(Agent.class).ask(QUESTION, plain);
            Result<String> second = context.getBean(Agent.class).ask(QUESTION, plain);

            assertThat(second.content()).isEqualTo(first.content());
            assertThat(metadata(first).tools().given()).isOne();
            assertThat(metadata(first).tools().offered()).isZero();
            assertThat(metadata(first).tools().withheld()).isEqualTo(Withheld.MODE);
        }
        assertThat(output.getOut()).containsOnlyOnce("answers without the tools of its requests (add)");
    }

    private static GlimpseChatResponseMetadata metadata(Result<String> result) {
        return (GlimpseChatResponseMetadata) result.finalResponse().metadata();
    }

    @Test
    void underRequiredTheToolRunsWithArgumentsOfItsTypesAndItsResultIsInTheMessages() {
        try (ConfigurableApplicationContext context = start(Services.class, Calculator.class)) {
            Result<String> result = context.getBean(Agent.class)
                    .ask(
                            QUESTION,
                            GlimpseChatRequestParameters.builder()
                                    .toolChoice(ToolChoice.REQUIRED)
                                    .build());
            List<String> sums = context.getBean(Calculator.class).sums;

            assertThat(sums).isNotEmpty();
            assertThat(result.toolExecutions().stream().map(ToolExecution::result))
                    .containsExactlyElementsOf(sums);
            List<String> seen = new ArrayList<>();
            for (ChatMessage message : context.getBean(Requests.class).last()) {
                if (message instanceof ToolExecutionResultMessage given) {
                    seen.add(given.text());
                }
            }
            assertThat(seen).containsExactlyElementsOf(sums);
            assertThat(result.content()).isNotNull();
        }
    }

    @Test
    void zoomIsAToolOfServicesWhereAPropertyAsksForIt() {
        ChatRequestParameters required = GlimpseChatRequestParameters.builder()
                .toolChoice(ToolChoice.REQUIRED)
                .build();
        try (ConfigurableApplicationContext context = start("glimpse.tools.zoom=true", Services.class)) {
            Result<String> result = context.getBean(Agent.class).ask(QUESTION, required);
            Result<String> reader = context.getBean(Reader.class).ask(QUESTION);

            assertThat(result.toolExecutions()).isNotEmpty().allSatisfy(execution -> {
                assertThat(execution.request().name()).isEqualTo("zoom");
                assertThat(execution.result()).contains("the conversation has 0");
                assertThat(execution.hasFailed()).isTrue();
            });
            assertThat(metadata(reader).tools().given()).isZero();
        }
        try (ConfigurableApplicationContext context = start(Services.class)) {
            assertThat(context.getBeanNamesForType(ToolProvider.class)).isEmpty();
        }
    }

    @AiService(wiringMode = AiServiceWiringMode.EXPLICIT, chatModel = "glimpseChatModel")
    interface Reader {

        Result<String> ask(String question);
    }

    @AiService
    interface Agent {

        Result<String> ask(@UserMessage String question, ChatRequestParameters parameters);
    }

    record Receipt(String order, double total, List<String> lines) {}

    @AiService
    interface Typed {

        double total(String question);

        Result<Receipt> receipt(String question);
    }

    /** Not found by looking for components: only one of the applications has it. */
    static final class Calculator {

        private final List<String> sums = new CopyOnWriteArrayList<>();

        @Tool("Adds two numbers")
        long add(long first, long second) {
            long sum = first + second;
            sums.add(String.valueOf(sum));
            return sum;
        }
    }

    static final class Requests implements ChatModelListener {

        private final List<List<ChatMessage>> heard = new CopyOnWriteArrayList<>();

        @Override
        public void onRequest(ChatModelRequestContext request) {
            heard.add(request.chatRequest().messages());
        }

        List<ChatMessage> last() {
            return heard.get(heard.size() - 1);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @ComponentScan(basePackageClasses = ToolsApplicationTest.class)
    static class Services {

        @Bean
        Requests requests() {
            return new Requests();
        }
    }
}

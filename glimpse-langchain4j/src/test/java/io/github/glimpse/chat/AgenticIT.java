package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agentic.Agent;
import dev.langchain4j.agentic.AgenticServices;
import dev.langchain4j.agentic.UntypedAgent;
import dev.langchain4j.agentic.supervisor.SupervisorAgent;
import dev.langchain4j.agentic.workflow.HumanInTheLoop;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.V;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** LangChain4j's agentic workflows on a model with scripted answers. */
class AgenticIT {

    private static final Pattern AGENT = Pattern.compile("list of available agents is: '\\{'?([^',]+)");
    private static final List<String> PROMPTS = new CopyOnWriteArrayList<>();

    private static LoadedModel engine;
    private static GlimpseChatModel model;

    @BeforeAll
    static void load() {
        engine = ScriptedModel.load(TinyModels.options(TinyModels.QWEN).build(), AgenticIT::answer);
        model = GlimpseChatModel.builder().model(engine).build();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @BeforeEach
    void forgetPrompts() {
        PROMPTS.clear();
    }

    private static String answer(String prompt) {
        PROMPTS.add(prompt);
        if (prompt.contains("You are a planner expert")) {
            return plan(prompt);
        }
        if (prompt.contains("Translate into German: hello")) {
            return "hallo";
        }
        if (prompt.contains("Score this text")) {
            return prompt.contains("HALLO") ? "{\"value\": 0.9}" : "{\"value\": 0.2}";
        }
        if (prompt.contains("Write in capitals: hallo")) {
            return "HALLO";
        }
        return "The text is unknown.";
    }

    private static String plan(String prompt) {
        Matcher agent = AGENT.matcher(prompt);
        assertThat(agent.find()).as(prompt).isTrue();
        return prompt.contains("response is: 'hallo'")
                ? "{\"agentName\": \"done\", \"arguments\": {\"response\": \"It is hallo.\"}}"
                : "{\"agentName\": \"" + agent.group(1) + "\", \"arguments\": {\"text\": \"hello\"}}";
    }

    /** An agent that translates. */
    public interface Translator {

        @UserMessage("Translate into German: {{text}}")
        @Agent(description = "Translates a text into German", outputKey = "text")
        String translate(@V("text") String text);
    }

    /** An agent that rewrites. */
    public interface Editor {

        @UserMessage("Write in capitals: {{text}}")
        @Agent(description = "Writes a text in capitals", outputKey = "text")
        String edit(@V("text") String text);
    }

    /** An agent with a typed result. */
    public interface Scorer {

        @UserMessage("Score this text from 0 to 1: {{text}}")
        @Agent(description = "Scores a text", outputKey = "score")
        double score(@V("text") String text);
    }

    private static <T> T agent(Class<T> type) {
        return AgenticServices.agentBuilder(type).chatModel(model).build();
    }

    @Test
    void aSupervisorPlansTheCallsOfItsAgents() {
        SupervisorAgent supervisor = AgenticServices.supervisorBuilder()
                .chatModel(model)
                .subAgents(agent(Translator.class))
                .build();

        assertThat(supervisor.invoke("Translate hello into German")).contains("hallo");
        assertThat(PROMPTS).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void aSequencePassesTheResultOn() {
        UntypedAgent sequence = AgenticServices.sequenceBuilder()
                .subAgents(agent(Translator.class), agent(Editor.class))
                .outputKey("text")
                .build();

        assertThat(sequence.invoke(Map.of("text", "hello"))).isEqualTo("HALLO");
        assertThat(PROMPTS).hasSize(2);
    }

    @Test
    void aLoopEndsAtItsCondition() {
        UntypedAgent loop = AgenticServices.loopBuilder()
                .subAgents(agent(Editor.class), agent(Scorer.class))
                .maxIterations(3)
                .exitCondition(scope -> scope.readState("score", 0.0) >= 0.8)
                .outputKey("text")
                .build();

        assertThat(loop.invoke(Map.of("text", "hallo", "score", 0.0))).isEqualTo("HALLO");
        assertThat(PROMPTS).hasSize(2);
    }

    @Test
    void aHumanInTheLoopGivesAnInput() {
        HumanInTheLoop human = AgenticServices.humanInTheLoopBuilder()
                .description("Asks the user for a text")
                .responseProvider(scope -> "hello")
                .outputKey("text")
                .build();
        UntypedAgent sequence = AgenticServices.sequenceBuilder()
                .subAgents(human, agent(Translator.class))
                .outputKey("text")
                .build();

        assertThat(sequence.invoke(Map.of())).isEqualTo("hallo");
        assertThat(PROMPTS).hasSize(1);
    }
}

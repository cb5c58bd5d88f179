package io.github.glimpse.examples.openai;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.ScriptedModel;
import io.github.glimpse.testing.chat.ChatPlan;
import io.github.glimpse.testing.chat.FormatCase;
import io.github.glimpse.testing.chat.ScriptedChat;
import io.github.glimpse.testing.chat.TemplateModel;
import io.github.glimpse.testing.chat.TwelveTurns;
import io.github.glimpse.testing.chat.WrittenHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The official clients in conversations of twelve questions with two tools, whole and streamed. Skipped by name where {@code
 * glimpse.templates} names no folder with the template.
 */
class TwelveTurnsOverHttpTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(names = "QWEN3_CODER")
    void theClientsGetEachAnswerOfTheConversation(FormatCase format) throws Exception {
        run(format);
    }

    @Tag("thorough")
    @Tag("reference")
    @ParameterizedTest
    @EnumSource(names = "QWEN3_CODER", mode = EnumSource.Mode.EXCLUDE)
    void theClientsGetEachAnswerInOtherFormats(FormatCase format) throws Exception {
        run(format);
    }

    private void run(FormatCase format) throws Exception {
        assumeTrue(format.folder().isPresent(), "no folder of glimpse.templates has " + format.template());
        ChatPlan plan = TwelveTurns.of(format);
        ScriptedChat script = new ScriptedChat(format, plan);
        TemplateModel.copy(ScriptedServer.QWEN.resolve("model"), "<|image_pad|>", format, folder.resolve("model"));
        String python = OwnTests.python();
        Path node = OwnTests.node("twelve-turns.test.mjs");
        try (ScriptedServer server = ScriptedServer.with(ScriptedModel.load(
                EngineOptions.builder(folder.resolve("model"))
                        .name(ScriptedServer.MODEL)
                        .build(),
                script))) {
            Map<String, String> environment = Map.of(
                    "GLIMPSE_URL", server.url(), "GLIMPSE_PLAN", write(plan).toString());
            OwnTests.run(
                    "python",
                    environment,
                    List.of(python, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_twelve_turns.py"));
            check(format, plan, script.takePrompts());
            OwnTests.run(
                    "js",
                    environment,
                    List.of(
                            "node",
                            "--test",
                            node.resolve("twelve-turns.test.mjs").toString()));
            check(format, plan, script.takePrompts());
        }
    }

    /** Checks the prompts of a conversation that ran twice. */
    private static void check(FormatCase format, ChatPlan plan, List<String> prompts) {
        int half = prompts.size() / 2;
        WrittenHistory.check(format, plan, prompts.subList(0, half));
        WrittenHistory.check(format, plan, prompts.subList(half, prompts.size()));
    }

    private Path write(ChatPlan plan) throws IOException {
        ObjectNode file = JSON.valueToTree(plan);
        byte[] image = Files.readAllBytes(ScriptedServer.QWEN.resolve("cases/017/a.png"));
        file.put("image", "data:image/png;base64," + Base64.getEncoder().encodeToString(image));
        ArrayNode tools = file.putArray("tools");
        for (Map.Entry<String, String> tool : TwelveTurns.TOOLS.entrySet()) {
            ObjectNode function = tools.addObject()
                    .put("type", "function")
                    .putObject("function")
                    .put("name", tool.getKey());
            function.put("description", TwelveTurns.DESCRIPTIONS.get(tool.getKey()));
            function.set("parameters", JSON.readTree(tool.getValue()));
        }
        Path written = folder.resolve("plan.json");
        JSON.writeValue(written.toFile(), file);
        return written;
    }
}

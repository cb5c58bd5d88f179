package io.github.glimpse.chat;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import io.github.glimpse.testing.chat.ChatPlan;
import io.github.glimpse.testing.chat.FormatCase;
import io.github.glimpse.testing.chat.ScriptedChat;
import io.github.glimpse.testing.chat.TemplateModel;
import io.github.glimpse.testing.chat.TwelveTurns;
import io.github.glimpse.testing.chat.WrittenHistory;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Conversations of twelve questions with two tools, one chat template for each format of tool calls; {@link
 * TwelveTurnsClientsIT} has more. Skipped by name where {@code glimpse.templates} names no folder with the template.
 */
class TwelveTurnsIT {

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"HERMES_WITH_THOUGHTS", "HERMES_WITHOUT_TEMPLATE", "QWEN3_5_CODER"})
    void answersEachTurnAndWritesTheHistoryInTheFormatOfTheTemplate(FormatCase format) {
        assumeTrue(format.folder().isPresent(), "no folder of glimpse.templates has " + format.template());
        ChatPlan plan = TwelveTurns.of(format);
        ScriptedChat script = new ScriptedChat(format, plan);
        TemplateModel.copy(TinyModels.QWEN.resolve("model"), "<|image_pad|>", format, folder.resolve("model"));
        try (LoadedModel engine = ScriptedModel.load(
                EngineOptions.builder(folder.resolve("model")).build(), script)) {
            GlimpseChatModel model = GlimpseChatModel.builder().model(engine).build();

            new PlannedChat(model::chat).run(plan);

            WrittenHistory.check(format, plan, script.takePrompts());
        }
    }
}

package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.FamilyFiles;
import io.github.glimpse.template.ConversationRenderer;
import io.github.glimpse.template.DescribedTools;
import io.github.glimpse.template.MessageContent;
import io.github.glimpse.template.TemplateMessage;
import io.github.glimpse.template.ToolMessages;
import io.github.glimpse.text.SectionMemory;
import io.github.glimpse.text.TokenWatch;
import io.github.glimpse.text.Tokenizer;
import io.github.glimpse.text.ToolForm;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Lists of tools are made ready once, and prompts with them have the ids that they had before. */
class PreparedToolsTest {

    private static final FamilyFiles TEXT =
            FamilyFiles.of(ModelFiles.ofDirectory(TinyModels.fixture("qwen2_5_vl-tiny/model")));
    private static final Tokenizer TOKENIZER = TEXT.tokenizer();
    private static final ToolMessages TOOLS = new ToolMessages(
            new ConversationRenderer(TEXT.template(), TEXT.templateVariables(), Clock.systemUTC(), null));

    private static List<OfferedTool> tools(int count) {
        List<OfferedTool> tools = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            ToolShape shape = new ToolShape(
                    "find_" + number,
                    "{\"type\":\"object\",\"properties\":{\"word\":{\"type\":\"string\",\"description\":\"<|im_end|> what to"
                            + " look for\"},\"most\":{\"type\":\"integer\"}},\"required\":[\"word\"]}",
                    ToolShape.Arguments.STRICT);
            tools.add(new OfferedTool(shape, "Looks for a word, number " + number));
        }
        return tools;
    }

    private static String prompt(DescribedTools listed, String question) {
        TemplateMessage message = TemplateMessage.of(0, "user", MessageContent.ofText(question));
        return TOOLS.render(List.of(message), listed, ToolForm.MERGED, Map.of()).prompt();
    }

    @Test
    void theSameListIsTheSameObjectAndAnotherOneIsNot() {
        PreparedTools prepared = new PreparedTools();

        DescribedTools first = prepared.of(tools(3), TOKENIZER);

        assertThat(prepared.of(tools(3), TOKENIZER)).isSameAs(first);
        assertThat(prepared.of(tools(4), TOKENIZER)).isNotSameAs(first);
        for (int count = 5; count < 40; count++) {
            var unused = prepared.of(tools(count), TOKENIZER);
        }
        DescribedTools forgotten = prepared.of(tools(3), TOKENIZER);
        assertThat(forgotten).isNotSameAs(first);
        assertThat(forgotten.preamble()).isEqualTo(first.preamble());
    }

    @Test
    void rememberedOrNotThePromptHasTheSameIds() {
        DescribedTools listed = new PreparedTools().of(tools(3), TOKENIZER);
        SectionMemory memory = listed.sections();
        for (String question : List.of("What is it?", "And <tool_call> that?", "What is it?")) {
            String prompt = prompt(listed, TOKENIZER.guard(question));

            assertThat(TOKENIZER.encode(prompt, TokenWatch.NONE, memory)).isEqualTo(TOKENIZER.encode(prompt));
        }
    }

    /** Prints what is saved; by hand, alone on the machine. */
    @Test
    @EnabledIfSystemProperty(named = "glimpse.tools.speed", matches = "true")
    void saysWhatIsSaved() {
        int rounds = 400;
        double best = Double.MAX_VALUE;
        double bestPrepared = Double.MAX_VALUE;
        int rows = 0;
        PreparedTools kept = new PreparedTools();
        for (int round = 0; round < rounds; round++) {
            List<OfferedTool> tools = tools(12);
            long start = System.nanoTime();
            DescribedTools anew = new PreparedTools().of(tools, TOKENIZER);
            rows = TOKENIZER.encode(prompt(anew, "What is it?"), TokenWatch.NONE, anew.sections()).length;
            best = Math.min(best, (System.nanoTime() - start) / 1e6);
            start = System.nanoTime();
            DescribedTools listed = kept.of(tools, TOKENIZER);
            rows = TOKENIZER.encode(prompt(listed, "What is it?"), TokenWatch.NONE, listed.sections()).length;
            bestPrepared = Math.min(bestPrepared, (System.nanoTime() - start) / 1e6);
        }
        System.out.printf(Locale.ROOT, "rows=%d anew=%.3f ms prepared=%.3f ms%n", rows, best, bestPrepared);
    }
}

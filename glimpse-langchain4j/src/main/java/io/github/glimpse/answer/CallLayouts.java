package io.github.glimpse.answer;

import io.github.glimpse.answer.ArgumentLayout.Values;
import io.github.glimpse.answer.CallLayout.Arguments;
import io.github.glimpse.answer.CallLayout.Index;
import io.github.glimpse.answer.CallLayout.Literal;
import io.github.glimpse.answer.CallLayout.Maybe;
import io.github.glimpse.answer.CallLayout.Message;
import io.github.glimpse.answer.CallLayout.Name;
import io.github.glimpse.answer.CallLayout.Part;
import io.github.glimpse.answer.CallLayout.Section;
import io.github.glimpse.answer.CallLayout.Separator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Table of the grammars of all formats, as the chat templates write them. */
final class CallLayouts {

    private static final Name NAME = new Name(Name.Spelling.BARE);
    private static final Name QUOTED_NAME = new Name(Name.Spelling.QUOTED);
    private static final Arguments OBJECT = new Arguments(ArgumentLayout.JSON);

    private static final ArgumentLayout CODER = ArgumentLayout.tags(
            CoderBlock.PARAMETER,
            ">\n",
            "\n" + CoderBlock.PARAMETER_END + "\n",
            List.of(CoderBlock.PARAMETER_END, HermesBlock.CLOSE));

    private static final ArgumentLayout GLM4 = ArgumentLayout.tags(
            GlmBlock.KEY,
            GlmBlock.KEY_END + "\n" + GlmBlock.VALUE,
            GlmBlock.VALUE_END + "\n",
            List.of(GlmBlock.VALUE_END));

    private static final ArgumentLayout GLM47 = ArgumentLayout.tags(
            GlmBlock.KEY, GlmBlock.KEY_END + GlmBlock.VALUE, GlmBlock.VALUE_END, List.of(GlmBlock.VALUE_END));

    private static final ArgumentLayout DSML = new ArgumentLayout(
            Values.DECLARED,
            DsmlBlock.PARAMETER,
            DsmlBlock.TEXT,
            DsmlBlock.JSON,
            DsmlBlock.PARAMETER_END + "\n",
            "",
            List.of(DsmlBlock.PARAMETER_END));

    private static final ArgumentLayout PYTHON = new ArgumentLayout(Values.PYTHON, "", "=", "=", "", ", ", List.of());

    private CallLayouts() {}

    static CallLayout of(ToolCallFormat format) {
        return switch (format) {
            case HERMES -> blocks(HermesBlock.OPEN, "\n", hermes());
            case QWEN3_CODER ->
                blocks(
                        HermesBlock.OPEN,
                        "\n",
                        text("\n" + CoderBlock.FUNCTION),
                        NAME,
                        text(">\n"),
                        new Arguments(CODER),
                        text(CoderBlock.FUNCTION_END + "\n" + HermesBlock.CLOSE));
            case GLM4 ->
                withBreaks(
                        "\n",
                        blocks(HermesBlock.OPEN, "\n", NAME, text("\n"), new Arguments(GLM4), text(HermesBlock.CLOSE)));
            case GLM47 -> blocks(HermesBlock.OPEN, "", NAME, new Arguments(GLM47), text(HermesBlock.CLOSE));
            case MISTRAL_V3 -> mistralList();
            case MISTRAL_V11 ->
                blocks(
                        MistralBlock.OPEN,
                        "",
                        NAME,
                        text(MistralBlock.CALL_ID),
                        new CallLayout.Id(),
                        text(MistralBlock.ARGUMENTS),
                        OBJECT);
            case MISTRAL_V13 -> blocks(MistralBlock.OPEN, "", NAME, text(MistralBlock.ARGUMENTS), OBJECT);
            case LLAMA3_JSON ->
                new CallLayout(
                        List.of(),
                        List.of(
                                new Section("", jsonCall(JsonCall.PARAMETERS), null, ""),
                                new Section(Llama3Block.TAG, jsonCall(JsonCall.PARAMETERS), null, "")),
                        List.of());
            case LLAMA4 ->
                new CallLayout(
                        List.of(),
                        List.of(
                                new Section("", jsonCall(JsonCall.PARAMETERS), "", ""),
                                new Section(
                                        Llama4Block.START + Llama4Block.END, jsonCall(JsonCall.PARAMETERS), "", "")),
                        List.of());
            case PYTHONIC_LFM2 -> section(List.of(Lfm2Block.OPEN), "[", python(), ", ", "]" + Lfm2Block.CLOSE);
            case PYTHONIC -> new CallLayout(List.of(), List.of(new Section("[", python(), ", ", "]")), List.of());
            case GEMMA4 ->
                blocks(
                        GemmaBlock.OPEN,
                        "",
                        text("call:"),
                        NAME,
                        new Arguments(ArgumentLayout.object(Values.GEMMA, List.of(GemmaBlock.QUOTE))),
                        text(GemmaBlock.CLOSE));
            case DEEPSEEK_V3 ->
                section(
                        List.of(DeepSeekBlock.OPEN),
                        "",
                        List.of(
                                text(DeepSeekBlock.CALL + "function" + DeepSeekBlock.SEPARATOR),
                                NAME,
                                text("\n```json\n"),
                                OBJECT,
                                text("\n```" + DeepSeekBlock.CALL_END)),
                        "\n",
                        DeepSeekBlock.CLOSE);
            case DEEPSEEK_V3_1 ->
                section(
                        List.of(DeepSeekBlock.OPEN),
                        "",
                        List.of(
                                text(DeepSeekBlock.CALL),
                                NAME,
                                text(DeepSeekBlock.SEPARATOR),
                                OBJECT,
                                text(DeepSeekBlock.CALL_END)),
                        "",
                        DeepSeekBlock.CLOSE);
            case DEEPSEEK_DSML -> dsml();
            case KIMI_K2 ->
                section(
                        List.of(KimiBlock.OPEN),
                        "",
                        List.of(
                                text(KimiBlock.CALL + "functions."),
                                NAME,
                                text(":"),
                                new Index(),
                                text(KimiBlock.ARGUMENTS),
                                OBJECT,
                                text(KimiBlock.CALL_END)),
                        "",
                        KimiBlock.CLOSE);
            case HARMONY -> harmony();
        };
    }

    private static Literal text(String text) {
        return new Literal(text);
    }

    /** Blocks of one call each. */
    private static CallLayout blocks(String open, String between, Part... call) {
        return new CallLayout(List.of(open), List.of(new Section(open, List.of(call), between + open, "")), List.of());
    }

    /** One block of all calls; {@code begin} is the text between its marker and the first call. */
    private static CallLayout section(
            List<String> markers, String begin, List<Part> call, String between, String close) {
        List<Section> sections = markers.stream()
                .map(marker -> new Section(marker + begin, call, between, close))
                .toList();
        return new CallLayout(markers, sections, List.of());
    }

    /** The same where templates write line breaks before the first call too. */
    private static CallLayout withBreaks(String breaks, CallLayout layout) {
        List<Section> sections = new ArrayList<>(layout.sections());
        for (Section section : layout.sections()) {
            sections.add(new Section(breaks + section.open(), section.call(), section.between(), section.close()));
        }
        return new CallLayout(layout.markers(), sections, layout.messages());
    }

    private static Part[] hermes() {
        List<Part> parts = new ArrayList<>(List.of(text("\n")));
        parts.addAll(jsonCall(JsonCall.ARGUMENTS));
        parts.add(text("\n" + HermesBlock.CLOSE));
        return parts.toArray(Part[]::new);
    }

    private static List<Part> jsonCall(String arguments) {
        return jsonCall(arguments, List.of());
    }

    private static List<Part> jsonCall(String arguments, List<Part> last) {
        List<Part> parts = new ArrayList<>(List.of(
                text("{\"name\""),
                new Separator(":"),
                QUOTED_NAME,
                new Separator(","),
                text("\"" + arguments + "\""),
                new Separator(":"),
                OBJECT));
        parts.addAll(last);
        parts.add(text("}"));
        return parts;
    }

    private static CallLayout mistralList() {
        Part id = new Maybe(List.of(
                new Separator(","), text("\"id\""), new Separator(":"), text("\""), new CallLayout.Id(), text("\"")));
        List<Part> call = jsonCall(JsonCall.ARGUMENTS, List.of(id));
        // Some templates write a blank after the marker
        List<Section> sections = Stream.of("[", " [")
                .map(begin -> new Section(MistralBlock.OPEN + begin, call, ", ", "]"))
                .toList();
        return new CallLayout(List.of(MistralBlock.OPEN), sections, List.of());
    }

    private static List<Part> python() {
        return List.of(NAME, text("("), new Arguments(PYTHON), text(")"));
    }

    private static CallLayout dsml() {
        List<Part> call = List.of(
                text(DsmlBlock.INVOKE), NAME, text("\">\n"), new Arguments(DSML), text(DsmlBlock.INVOKE_END + "\n"));
        List<Section> sections = DsmlBlock.OPEN.stream()
                .map(open -> new Section(open + "\n", call, "", DsmlBlock.closeOf(open)))
                .toList();
        return withBreaks("\n\n", new CallLayout(DsmlBlock.OPEN, sections, List.of()));
    }

    /** The first message of an answer, or one after a thought, whose header begins with the start of a message. */
    private static CallLayout harmony() {
        Arguments arguments = new Arguments(ArgumentLayout.object(Values.JSON, HarmonyReader.BODY_ENDS));
        List<Section> sections = new ArrayList<>();
        List<Message> messages = new ArrayList<>();
        String next = HarmonyReader.ENDS.get(0) + HarmonyReader.ASSISTANT;
        for (String begin : List.of("", HarmonyReader.ASSISTANT)) {
            sections.add(new Section(
                    begin + " to=functions.",
                    List.of(NAME, text(HarmonyReader.CHANNEL + "commentary json" + HarmonyReader.MESSAGE), arguments),
                    null,
                    ""));
            sections.add(new Section(
                    begin + HarmonyReader.CHANNEL + "commentary to=functions.",
                    List.of(NAME, text(" <|constrain|>json" + HarmonyReader.MESSAGE), arguments),
                    null,
                    ""));
            messages.add(message(begin, "analysis", next));
            messages.add(message(begin, "commentary", next));
            messages.add(message(begin, "final", null));
        }
        return new CallLayout(List.of(), sections, messages);
    }

    private static Message message(String begin, String channel, @Nullable String close) {
        return new Message(
                begin + HarmonyReader.CHANNEL + channel + HarmonyReader.MESSAGE, close, HarmonyReader.BODY_ENDS);
    }
}

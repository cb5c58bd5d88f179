package io.github.glimpse.testing.chat;

import io.github.glimpse.testing.chat.ChatPlan.Answer;
import io.github.glimpse.testing.chat.ChatPlan.Call;
import io.github.glimpse.text.jinja.JinjaTemplate;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writer of answers as a model with a format of tool calls writes them. */
final class AnswerScript {

    private static final JinjaTemplate JSON = JinjaTemplate.parse("{{ value | tojson }}");

    private final FormatCase format;

    AnswerScript(FormatCase format) {
        this.format = format;
    }

    /** The answer after a prompt, without the token that ends it. */
    String write(Answer answer, String prompt) {
        return thought(answer.thinking(), prompt) + body(answer);
    }

    private String thought(@Nullable String thinking, String prompt) {
        if (!format.thinks()) {
            return "";
        }
        boolean isOpen = prompt.strip().endsWith(format.thinkingOpen().strip());
        String open = isOpen ? "" : format.thinkingOpen();
        return thinking == null && !isOpen ? "" : open + (thinking == null ? "" : thinking) + format.thinkingClose();
    }

    private String body(Answer answer) {
        String text = answer.text() == null ? "" : answer.text();
        String calls = answer.calls().isEmpty() ? "" : calls(answer.calls());
        return switch (format.format()) {
            case "harmony" ->
                calls.isEmpty()
                        ? "<|channel|>final<|message|>" + text
                        : (text.isEmpty()
                                        ? ""
                                        : "<|channel|>commentary<|message|>" + text + "<|end|><|start|>assistant")
                                + calls;
            case "llama4" -> calls.isEmpty() ? text : "<|python_start|>" + text + "<|python_end|>" + calls;
            default -> text + (text.isEmpty() || calls.isEmpty() ? "" : "\n") + calls;
        };
    }

    private String calls(List<Call> calls) {
        return switch (format.format()) {
            case "hermes" ->
                each(
                        calls,
                        "\n",
                        call -> "<tool_call>\n{\"name\": \"" + call.name() + "\", \"arguments\": "
                                + json(call.arguments()) + "}\n</tool_call>");
            case "qwen3_coder" ->
                each(
                        calls,
                        "\n",
                        call -> "<tool_call>\n<function=" + call.name() + ">\n"
                                + arguments(
                                        call,
                                        "",
                                        (name, value) -> "<parameter=" + name + ">\n" + raw(value) + "\n</parameter>\n")
                                + "</function>\n</tool_call>");
            case "glm4" -> glm(calls, "\n");
            case "glm47" -> glm(calls, "");
            case "mistral_v3" ->
                "[TOOL_CALLS] ["
                        + each(
                                calls,
                                ", ",
                                call -> "{\"name\": \"" + call.name() + "\", \"arguments\": " + json(call.arguments())
                                        + ", \"id\": \"" + id(calls.indexOf(call)) + "\"}")
                        + "]";
            case "mistral_v11" ->
                each(
                        calls,
                        "",
                        call -> "[TOOL_CALLS]" + call.name() + "[CALL_ID]" + id(calls.indexOf(call)) + "[ARGS]"
                                + json(call.arguments()));
            case "mistral_v13" ->
                each(calls, "", call -> "[TOOL_CALLS]" + call.name() + "[ARGS]" + json(call.arguments()));
            case "llama3_json", "llama4" ->
                each(
                        calls,
                        "",
                        call -> "{\"name\": \"" + call.name() + "\", \"parameters\": " + json(call.arguments()) + "}");
            case "pythonic_lfm2" -> "<|tool_call_start|>" + python(calls) + "<|tool_call_end|>";
            case "pythonic" -> python(calls);
            case "gemma4" ->
                each(
                        calls,
                        "",
                        call -> "<|tool_call>call:" + call.name() + "{"
                                + arguments(
                                        call,
                                        ",",
                                        (name, value) -> name + ":"
                                                + (value instanceof String ? "<|\"|>" + value + "<|\"|>" : raw(value)))
                                + "}<tool_call|>");
            case "deepseek_v3" ->
                section(
                        calls,
                        "\n",
                        call -> "function<｜tool▁sep｜>" + call.name() + "\n```json\n" + json(call.arguments())
                                + "\n```");
            case "deepseek_v3_1" -> section(calls, "", call -> call.name() + "<｜tool▁sep｜>" + json(call.arguments()));
            case "deepseek_dsml" ->
                "<｜DSML｜function_calls>\n"
                        + each(
                                calls,
                                "",
                                call -> "<｜DSML｜invoke name=\"" + call.name() + "\">\n"
                                        + arguments(
                                                call,
                                                "",
                                                (name, value) -> "<｜DSML｜parameter name=\"" + name
                                                        + "\" string=\"" + (value instanceof String) + "\">"
                                                        + raw(value)
                                                        + "</｜DSML｜parameter>\n")
                                        + "</｜DSML｜invoke>\n")
                        + "</｜DSML｜function_calls>";
            case "kimi_k2" ->
                "<|tool_calls_section_begin|>"
                        + each(
                                calls,
                                "",
                                call -> "<|tool_call_begin|>functions." + call.name() + ":" + calls.indexOf(call)
                                        + "<|tool_call_argument_begin|>" + json(call.arguments()) + "<|tool_call_end|>")
                        + "<|tool_calls_section_end|>";
            case "harmony" ->
                each(
                        calls,
                        "",
                        call -> "<|channel|>commentary to=functions." + call.name() + " <|constrain|>json<|message|>"
                                + json(call.arguments()));
            default -> throw new IllegalArgumentException("No writer of the format " + format.format());
        };
    }

    private static String glm(List<Call> calls, String lineBreak) {
        return each(
                calls,
                lineBreak,
                call -> "<tool_call>" + call.name() + lineBreak
                        + arguments(
                                call,
                                "",
                                (name, value) -> "<arg_key>" + name + "</arg_key>" + lineBreak + "<arg_value>"
                                        + raw(value) + "</arg_value>" + lineBreak)
                        + "</tool_call>");
    }

    private static String python(List<Call> calls) {
        return "["
                + each(
                        calls,
                        ", ",
                        call -> call.name() + "(" + arguments(call, ", ", (name, value) -> name + "=" + literal(value))
                                + ")")
                + "]";
    }

    private static String literal(Object value) {
        return value instanceof Boolean is ? (is ? "True" : "False") : json(value);
    }

    private static String section(List<Call> calls, String between, Function<Call, String> write) {
        return "<｜tool▁calls▁begin｜>"
                + each(calls, between, call -> "<｜tool▁call▁begin｜>" + write.apply(call) + "<｜tool▁call▁end｜>")
                + "<｜tool▁calls▁end｜>";
    }

    /** The same ids in each answer, so that a model repeats those of earlier answers. */
    private static String id(int index) {
        return "call0000" + index;
    }

    private static String each(List<Call> calls, String between, Function<Call, String> write) {
        return calls.stream().map(write).collect(Collectors.joining(between));
    }

    /** Writer of an argument. */
    private interface ArgumentWriter {

        String write(String name, Object value);
    }

    private static String arguments(Call call, String between, ArgumentWriter writer) {
        return call.arguments().entrySet().stream()
                .map((Map.Entry<String, Object> entry) -> writer.write(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(between));
    }

    private static String raw(Object value) {
        return value instanceof String text ? text : json(value);
    }

    /** JSON with the blanks of Python's writer. */
    private static String json(Object value) {
        return JSON.render(Map.of("value", value), Clock.systemUTC());
    }
}

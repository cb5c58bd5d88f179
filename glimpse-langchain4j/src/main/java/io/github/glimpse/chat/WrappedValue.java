package io.github.glimpse.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.form.AnswerForms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Plain-text spelling of the wrapper {@code {"value": …}} that LangChain4j puts around a number, a boolean or an enum, for models that
 * write no such JSON. The model answers the question in text, kept to the values of the type, and the wrapper is put around it.
 */
final class WrappedValue {

    private static final String NAME = "value";
    private static final Map<String, String> BOOLEANS = Map.of("yes", "true", "no", "false");

    private WrappedValue() {}

    /**
     * The form in which the model writes the value.
     *
     * @param schema text of the schema
     * @param integerDigits most digits of an integer
     * @return null where the schema is no wrapper of such a value
     */
    static @Nullable AnswerForm form(String schema, int integerDigits, AnswerForms forms) {
        JsonNode root = TextRecord.read(schema);
        JsonNode properties = root.path("properties");
        JsonNode value = properties.path(NAME);
        if (properties.size() != 1 || root.path("required").size() != 1 || value.has("description")) {
            return null;
        }
        if (value.has("enum")) {
            List<String> names = new ArrayList<>();
            value.get("enum").forEach(name -> names.add(name.asText()));
            return spelled(forms.choice(names), text -> TextNode.valueOf(text).toString());
        }
        if (value.size() != 1) {
            return null;
        }
        return switch (value.path("type").asText()) {
            case "number" -> spelled(forms.regex(TextRecord.NUMBER), text -> text);
            case "integer" -> spelled(forms.regex(TextRecord.integer(integerDigits)), text -> text);
            case "boolean" ->
                spelled(
                        forms.choice(List.copyOf(BOOLEANS.keySet())),
                        text -> Objects.requireNonNullElse(BOOLEANS.get(text), text));
            default -> null;
        };
    }

    private static AnswerForm spelled(AnswerForm form, UnaryOperator<String> value) {
        return form.spelling(
                new AnswerForm.Spelling("/" + NAME, text -> "{\"" + NAME + "\":" + value.apply(text) + "}"));
    }
}

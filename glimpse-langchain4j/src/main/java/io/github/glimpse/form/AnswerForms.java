package io.github.glimpse.form;

import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.constrain.ToolUse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The forms that were asked for last, prepared: an application asks for few, again and again. Sources that are equal have
 * one form. Safe for concurrent use; a form that takes long to prepare holds up nobody else.
 */
public final class AnswerForms {

    private static final int MOST = 64;

    private final Map<List<Object>, AnswerForm> forms = new LinkedHashMap<>(MOST, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Object>, AnswerForm> eldest) {
            return size() > MOST;
        }
    };

    /** As {@link AnswerForm#jsonSchema}. */
    public AnswerForm jsonSchema(String schema, JsonStyle style) {
        return form(
                List.<Object>of(AnswerForm.Kind.JSON_SCHEMA, schema, style),
                () -> AnswerForm.jsonSchema(schema, style));
    }

    /** As {@link AnswerForm#json}. */
    public AnswerForm json(JsonStyle style) {
        return form(List.<Object>of(AnswerForm.Kind.JSON, style), () -> AnswerForm.json(style));
    }

    /** As {@link AnswerForm#choice}. */
    public AnswerForm choice(List<String> texts) {
        return form(List.<Object>of(AnswerForm.Kind.CHOICE, List.copyOf(texts)), () -> AnswerForm.choice(texts));
    }

    /** As {@link AnswerForm#regex}. */
    public AnswerForm regex(String pattern) {
        return form(List.<Object>of(AnswerForm.Kind.REGEX, pattern), () -> AnswerForm.regex(pattern));
    }

    /** As {@link AnswerForm#tools}. */
    public AnswerForm tools(List<ToolShape> tools, ToolUse use, JsonStyle style, ToolCallFormat format) {
        return form(
                List.<Object>of(AnswerForm.Kind.TOOLS, List.copyOf(tools), use, style, format),
                () -> AnswerForm.tools(tools, use, style, format));
    }

    /** As {@link AnswerForm#toolsOrJson}. */
    public AnswerForm toolsOrJson(
            List<ToolShape> tools, ToolUse use, JsonStyle style, ToolCallFormat format, String schema) {
        return form(
                List.<Object>of(AnswerForm.Kind.TOOLS_OR_JSON, List.copyOf(tools), use, style, format, schema),
                () -> AnswerForm.toolsOrJson(tools, use, style, format, schema));
    }

    private AnswerForm form(List<Object> source, Supplier<AnswerForm> prepare) {
        synchronized (forms) {
            AnswerForm known = forms.get(source);
            if (known != null) {
                return known;
            }
        }
        AnswerForm prepared = prepare.get();
        synchronized (forms) {
            AnswerForm earlier = forms.putIfAbsent(source, prepared);
            return earlier == null ? prepared : earlier;
        }
    }
}

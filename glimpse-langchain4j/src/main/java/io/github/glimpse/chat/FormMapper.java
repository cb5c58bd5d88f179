package io.github.glimpse.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.constrain.ToolUse;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.model.ModelTraining;
import io.github.glimpse.request.ErrorMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a request asks of the form of its answer: JSON with or without a schema, a choice, a pattern. */
final class FormMapper {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ANY_OBJECT = "{\"type\":\"object\"}";

    /** Beginning of the description of a schema, as the embedded model was trained. */
    static final String DESCRIBED = "Answer with JSON that is valid for this JSON schema:\n";

    private static final int MOST_WARNINGS = 64;
    private static final Logger LOG = LoggerFactory.getLogger(FormMapper.class);

    private final LoadedModel model;
    private final StructuredOptions options;
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    FormMapper(LoadedModel model, StructuredOptions options) {
        this.model = model;
        this.options = options;
    }

    /**
     * The form, prepared; tools have no part in it.
     *
     * @param training limits of the model; a record is written in the spelling that it was trained in
     * @return null if the answer may be any text
     * @throws LangChain4jException if no answer can have it, or several were asked for at once
     */
    @Nullable
    AnswerForm map(GlimpseChatRequestParameters parameters, ModelTraining training) {
        List<String> asked = asked(parameters);
        if (asked.isEmpty()) {
            return null;
        }
        if (asked.size() > 1) {
            throw new InvalidRequestException(
                    "The request asks for " + String.join(" and ", asked) + "; an answer has one form, ask for one");
        }
        if (!model.keepsForms()) {
            throw new UnsupportedFeatureException(asked.get(0) + " is not supported: answers of a"
                    + " model with cross-attention, such as BLIP, are kept to no form; leave it out");
        }
        try {
            AnswerForm form = form(parameters, training);
            return form == null || options.closeBeforeLimit() ? form : form.withLimit(AnswerForm.Limit.CUT);
        } catch (RuntimeException e) {
            throw ErrorMapper.refusal(e);
        }
    }

    private static List<String> asked(GlimpseChatRequestParameters parameters) {
        List<String> asked = new ArrayList<>();
        ResponseFormat format = parameters.responseFormat();
        if (format != null && format.type() == ResponseFormatType.JSON) {
            asked.add("JSON response format");
        }
        if (parameters.choice() != null) {
            asked.add("choice");
        }
        if (parameters.regex() != null) {
            asked.add("regex");
        }
        if (!asked.isEmpty() && parameters.toolChoice() == ToolChoice.REQUIRED) {
            asked.add("toolChoice REQUIRED");
        }
        return asked;
    }

    private @Nullable AnswerForm form(GlimpseChatRequestParameters parameters, ModelTraining training) {
        if (parameters.choice() != null) {
            return model.forms().choice(parameters.choice());
        }
        if (parameters.regex() != null) {
            return model.forms().regex(parameters.regex());
        }
        JsonSchemaElement schema = schema(parameters);
        if (schema == null) {
            return model.forms().json(style(false)).describedBy("Answer with one JSON object.", "JSON", describe());
        }
        String text = text(schema);
        AnswerForm trained = training.textRecords() ? trained(parameters, text) : null;
        return trained != null
                ? trained
                : model.forms()
                        .jsonSchema(text, style(schema instanceof JsonRawSchema))
                        .describedBy(DESCRIBED + text, text, describe());
    }

    private @Nullable AnswerForm trained(GlimpseChatRequestParameters parameters, String schema) {
        AnswerForm wrapped = WrappedValue.form(schema, options.integerDigits(), model.forms());
        if (wrapped != null) {
            return wrapped;
        }
        TextRecord fields = TextRecord.of(schema, options.integerDigits());
        warnOnce(parameters.responseFormat().jsonSchema().name(), fields.untrained());
        return fields.form(model.forms(), describe());
    }

    private void warnOnce(String name, List<String> untrained) {
        if (!untrained.isEmpty() && warned.size() < MOST_WARNINGS && warned.add(name + untrained)) {
            LOG.warn(
                    "The model {} was not trained to write {} of the type {} as JSON, so expect wrong values; declare"
                            + " each as a text or a number, or load a model without limits in glimpse_training; this is"
                            + " said once",
                    model.name(),
                    String.join(", ", untrained),
                    name);
        }
    }

    /** Fields of a type with values that the model was not trained to write as JSON; none before the model is loaded. */
    List<String> untrained(JsonSchema schema) {
        if (!model.training().textRecords()) {
            return List.of();
        }
        String text = text(schema.rootElement());
        return WrappedValue.form(text, options.integerDigits(), model.forms()) != null
                ? List.of()
                : TextRecord.of(text, options.integerDigits()).untrained();
    }

    /**
     * Calls of tools, or the document that a request asks for in place of text.
     *
     * @return null if it asks for text
     */
    @Nullable
    AnswerForm toolsOr(
            GlimpseChatRequestParameters parameters, List<ToolShape> tools, ToolUse use, ToolCallFormat calls) {
        ResponseFormat format = parameters.responseFormat();
        if (format == null || format.type() != ResponseFormatType.JSON) {
            return null;
        }
        JsonSchemaElement schema = schema(parameters);
        String text = schema == null ? ANY_OBJECT : text(schema);
        AnswerForm form = model.forms()
                .toolsOrJson(tools, use, style(schema instanceof JsonRawSchema), calls, text)
                .describedBy(
                        "Answer with JSON that is valid for this JSON schema, unless you call a function:\n" + text,
                        text,
                        describe());
        return options.closeBeforeLimit() ? form : form.withLimit(AnswerForm.Limit.CUT);
    }

    private AnswerForm.Describe describe() {
        return switch (options.describe()) {
            case AUTO -> AnswerForm.Describe.WHERE_ROOM;
            case ALWAYS -> AnswerForm.Describe.ALWAYS;
            case NEVER -> AnswerForm.Describe.NEVER;
        };
    }

    private static @Nullable JsonSchemaElement schema(GlimpseChatRequestParameters parameters) {
        ResponseFormat format = parameters.responseFormat();
        return format == null || format.jsonSchema() == null
                ? null
                : format.jsonSchema().rootElement();
    }

    /** How a schema is read: one of elements is that of a Java type, which has no other properties. */
    JsonStyle style(boolean raw) {
        boolean closed =
                switch (options.style()) {
                    case AUTO -> !raw;
                    case CLOSED -> true;
                    case OPEN -> false;
                };
        return (closed ? JsonStyle.CLOSED : JsonStyle.OPEN).withIntegerDigits(options.integerDigits());
    }

    /**
     * The text of a schema, with the shapes of Java types where they are known.
     *
     * @throws LangChain4jException if it is too long, or no schema
     */
    String text(JsonSchemaElement schema) {
        String text = SchemaText.of(schema);
        if (text.length() > options.maxSchemaSize()) {
            throw new InvalidRequestException("The JSON schema has " + text.length() + " characters, the limit is "
                    + options.maxSchemaSize() + "; send a smaller one or raise glimpse.structured.max-schema-size");
        }
        return options.javaShapes() && !(schema instanceof JsonRawSchema) ? shaped(text) : text;
    }

    private static String shaped(String text) {
        try {
            JsonNode schema = JSON.readTree(text);
            JavaShapes.apply(schema);
            return schema.toString();
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

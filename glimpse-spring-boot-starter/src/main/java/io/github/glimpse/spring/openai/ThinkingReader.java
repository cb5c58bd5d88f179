package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.sampling.ThinkingSwitch;
import io.github.glimpse.template.TemplateVariables;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fields of a request for the thought before an answer, in the names of several servers, and variables of the chat template. */
final class ThinkingReader {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<Map<String, Object>> VARIABLES = new TypeReference<>() {};

    private ThinkingReader() {}

    /** Adds what a request says. */
    static void read(JsonField body, GlimpseChatRequestParameters.Builder parameters) {
        parameters.thinking(thinking(body));
        parameters.returnThinking(body.at("include_reasoning").flagOrNull());
        parameters.thinkingBudget(budget(body));
        JsonField variables = body.at("chat_template_kwargs");
        if (variables.isSet()) {
            for (Map.Entry<String, JsonField> variable : variables.entries()) {
                if (TemplateVariables.isReserved(variable.getKey())) {
                    throw variable.getValue().unsupported("every prompt sets it; leave it out");
                }
            }
            parameters.templateVariables(JSON.convertValue(variables.object(), VARIABLES));
        }
    }

    /** The switch: the effort, unless another field switches it off or says nothing of an effort. */
    private static @Nullable ThinkingSwitch thinking(JsonField body) {
        ThinkingSwitch effort = word(body.at("reasoning_effort"));
        JsonField think = body.at("think");
        ThinkingSwitch asked = think.isText() ? word(think) : position(think);
        for (ThinkingSwitch each : new @Nullable ThinkingSwitch[] {position(body.at("enable_thinking")), asked}) {
            if (each != null && !(each.equals(ThinkingSwitch.ON) && effort != null)) {
                return each;
            }
        }
        return effort;
    }

    private static @Nullable ThinkingSwitch position(JsonField field) {
        Boolean on = field.flagOrNull();
        return on == null ? null : ThinkingSwitch.of(on);
    }

    private static @Nullable ThinkingSwitch word(JsonField field) {
        String text = field.textOrNull();
        return text == null ? null : field.inRange(() -> ThinkingSwitch.of(text));
    }

    /** -1 is no limit. */
    private static @Nullable Integer budget(JsonField body) {
        JsonField first = body.at("thinking_token_budget");
        JsonField field = first.isSet() ? first : body.at("reasoning_budget_tokens");
        Integer budget = field.wholeOrNull();
        if (budget != null && budget < -1) {
            throw field.invalid("has to be at least 0, or -1 for no limit");
        }
        return budget == null || budget < 0 ? null : budget;
    }
}

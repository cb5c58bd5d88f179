package io.github.glimpse.chat;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.util.Map;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Switches off the tests of LangChain4j's published suites that ask for what a model of random weights cannot know, one by
 * one. Some of them are package-private there and could not be overridden. They are run where the next tokens come from a
 * script ({@link Knowledge}), and {@link Only} they.
 */
public final class NeedsKnowledge implements ExecutionCondition {

    static final Map<String, String> TESTS = Map.ofEntries(
            Map.entry("should_respect_user_message", "the answer must hold 'Berlin'"),
            Map.entry("should_respect_system_message", "the answer must hold 'liebe'"),
            Map.entry("should_respect_multiple_messages", "the answer must hold 'green'"),
            Map.entry("should_respect_stopSequences_in_chat_request", "the answer must hold 'Hello'"),
            Map.entry("should_respect_stopSequences_in_default_model_parameters", "the answer must hold 'Hello'"),
            Map.entry("should_accept_single_image_as_base64_encoded_string", "the answer must name a cat"),
            Map.entry("should_accept_multiple_images_as_base64_encoded_strings", "the answer must name a cat and dice"),
            Map.entry(
                    "should_propagate_user_exceptions_thrown_from_onPartialResponse", "the answer must hold 'Berlin'"),
            Map.entry(
                    "should_propagate_user_exceptions_thrown_from_onCompleteResponse", "the answer must hold 'Berlin'"),
            Map.entry("should_ignore_user_exceptions_thrown_from_onError", "the answer must hold 'Berlin'"),
            Map.entry("should_respect_JSON_response_format", "the answer must hold 'Berlin'"),
            Map.entry("should_respect_JSON_response_format_with_schema", "the answer must hold 'Berlin'"),
            Map.entry("should_respect_JsonRawSchema_responseFormat", "the answer must hold 'Berlin'"),
            Map.entry(
                    "should_execute_a_tool_then_answer_respecting_JSON_response_format_with_schema",
                    "the model must choose the tool once, and answer by its result"),
            Map.entry("should_execute_a_tool_then_answer", "the model must choose the tool, and answer by its result"),
            Map.entry(
                    "should_execute_a_tool_without_arguments_then_answer",
                    "the model must choose the tool, and answer by its result"),
            Map.entry(
                    "should_execute_multiple_tools_in_parallel_then_answer",
                    "the model must choose both tools, and answer by their results"),
            Map.entry("should_force_LLM_to_execute_any_tool", "the arguments must name the city that was asked for"),
            Map.entry(
                    "should_force_LLM_to_execute_specific_tool",
                    "the arguments must name the city that was asked for"));

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getTestMethod()
                .map(method -> TESTS.get(method.getName()))
                .map(reason -> disabled("a model of random weights cannot: " + reason))
                .orElseGet(() -> enabled("asks for the protocol only"));
    }

    /** Switches off all others: models of random weights have them. */
    public static final class Only implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return context.getTestMethod()
                            .map(method -> TESTS.containsKey(method.getName()))
                            .orElse(true)
                    ? enabled("asks for knowledge")
                    : disabled("asks for the protocol only, which models of random weights are asked for");
        }
    }
}

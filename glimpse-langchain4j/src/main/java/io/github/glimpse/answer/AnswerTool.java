package io.github.glimpse.answer;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A tool of the request.
 *
 * @param name name of the tool
 * @param parameters JSON schema of the arguments
 */
public record AnswerTool(String name, JsonNode parameters) {}

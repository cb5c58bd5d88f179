package io.github.glimpse.examples.extract;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What is asked for where nobody says.
 *
 * @param shop whose receipt it is
 * @param order its number
 * @param total what was paid
 */
public record Receipt(
        @JsonProperty(required = true) String shop,
        @JsonProperty(required = true) long order,
        @JsonProperty(required = true) double total) {}

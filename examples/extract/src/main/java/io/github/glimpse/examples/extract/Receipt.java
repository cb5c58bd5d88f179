package io.github.glimpse.examples.extract;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Default record type: three values of a receipt.
 *
 * @param shop name of the shop
 * @param order order number, which may have letters
 * @param total amount that was paid
 */
public record Receipt(
        @JsonProperty(required = true) String shop,
        @JsonProperty(required = true) String order,
        @JsonProperty(required = true) double total) {}

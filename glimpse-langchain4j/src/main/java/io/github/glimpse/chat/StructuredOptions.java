package io.github.glimpse.chat;

import io.github.glimpse.constrain.JsonStyle;

/**
 * How answers are kept to a form: JSON with and without a schema, choices, patterns.
 *
 * @param style what is said of properties that a schema does not list
 * @param describe whether the prompt tells the model of the schema
 * @param closeBeforeLimit whether an answer is closed where the limit of output tokens comes near, instead of being cut
 * @param maxSchemaSize most characters of a schema's text
 * @param integerDigits most digits of an integer without bounds, 1 to 18
 * @param javaShapes whether dates, times and UUIDs of Java types are known by their names, and kept to what Java can read
 */
public record StructuredOptions(
        Style style,
        Describe describe,
        boolean closeBeforeLimit,
        int maxSchemaSize,
        int integerDigits,
        boolean javaShapes) {

    /** Most characters of a schema's text. */
    public static final int DEFAULT_MAX_SCHEMA_SIZE = 1_000_000;

    /** What is said of properties that a schema does not list, where it says nothing itself. */
    public enum Style {
        /** LangChain4j's elements are closed, as Java types are; a raw schema is open, as the standard has it. */
        AUTO,
        /** They are forbidden. */
        CLOSED,
        /** They are allowed. */
        OPEN
    }

    /** Whether the prompt tells the model of the schema. */
    public enum Describe {
        /** Unless the prompt holds it, and where the context has at least 2,048 tokens. */
        AUTO,
        /** Each time. */
        ALWAYS,
        /** Not at all: the model is only kept to it. */
        NEVER
    }

    /** Checks the numbers. */
    public StructuredOptions {
        if (maxSchemaSize < 1) {
            throw new IllegalArgumentException("max-schema-size is " + maxSchemaSize + ", it must be at least 1");
        }
        if (integerDigits < 1 || integerDigits > JsonStyle.MOST_INTEGER_DIGITS) {
            throw new IllegalArgumentException("integer-digits is " + integerDigits + ", it must lie between 1 and "
                    + JsonStyle.MOST_INTEGER_DIGITS);
        }
    }

    /** Where nobody says otherwise. */
    public static StructuredOptions defaults() {
        return builder().build();
    }

    /** Starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options. */
    public static final class Builder {

        private Style style = Style.AUTO;
        private Describe describe = Describe.AUTO;
        private boolean closeBeforeLimit = true;
        private int maxSchemaSize = DEFAULT_MAX_SCHEMA_SIZE;
        private int integerDigits = JsonStyle.MOST_INTEGER_DIGITS;
        private boolean javaShapes = true;

        private Builder() {}

        /** What is said of properties that a schema does not list. */
        public Builder style(Style value) {
            style = value;
            return this;
        }

        /** Whether the prompt tells the model of the schema. */
        public Builder describe(Describe value) {
            describe = value;
            return this;
        }

        /** Whether an answer is closed where the limit comes near. */
        public Builder closeBeforeLimit(boolean value) {
            closeBeforeLimit = value;
            return this;
        }

        /** Most characters of a schema's text. */
        public Builder maxSchemaSize(int value) {
            maxSchemaSize = value;
            return this;
        }

        /** Most digits of an integer without bounds. */
        public Builder integerDigits(int value) {
            integerDigits = value;
            return this;
        }

        /** Whether dates, times and UUIDs are known by their names. */
        public Builder javaShapes(boolean value) {
            javaShapes = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public StructuredOptions build() {
            return new StructuredOptions(style, describe, closeBeforeLimit, maxSchemaSize, integerDigits, javaShapes);
        }
    }
}

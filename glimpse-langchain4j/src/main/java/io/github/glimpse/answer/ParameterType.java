package io.github.glimpse.answer;

/** Type of a value, in the order in which an unquoted value is tried. */
public enum ParameterType {
    /** Null. */
    NULL,
    /** True or false. */
    BOOLEAN,
    /** Number without a fraction. */
    INTEGER,
    /** Any number. */
    NUMBER,
    /** Object. */
    OBJECT,
    /** Array. */
    ARRAY,
    /** Text. */
    STRING
}

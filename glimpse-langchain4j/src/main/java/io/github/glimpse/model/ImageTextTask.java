package io.github.glimpse.model;

/** What an {@link ImageTextModel} was trained for. */
public enum ImageTextTask {
    /** A question about a picture: an encoder attends to the picture, a decoder answers from the encoder's rows. */
    ANSWER,
    /** A caption, or its end: a decoder attends to the picture. */
    CAPTION,
    /** Whether a text fits a picture; it writes nothing. */
    MATCH
}

package io.github.glimpse.nn;

/**
 * Names a value that can be read on the way of pictures and text through a model. Equal keys name the same value, so it is the key
 * under which {@link ReadoutValues} holds what was read.
 *
 * <p>What knows no strategy (towers, caches, the joining of images, cuts) goes by the key's {@link #shape} alone: a new key changes
 * nothing there.
 */
public interface Readout {

    /** How a value lies. */
    enum Shape {
        /** A row for each image token: {@code [tokens, width]}. */
        ROWS(0),
        /** A number for each image token: {@code [tokens]}. */
        NUMBERS(0),
        /** A row for each head: {@code [heads, tokens]}. */
        BY_HEAD(1),
        /** Not one entry for each image token that is alive, such as rows of text: cuts leave it as it is. */
        NOT_OF_TOKENS(-1);

        private final int tokenAxis;

        Shape(int tokenAxis) {
            this.tokenAxis = tokenAxis;
        }

        /** The axis along which image tokens lie, in the order in which they are alive; -1 if there is none. */
        public int tokenAxis() {
            return tokenAxis;
        }
    }

    /** How its value lies. */
    Shape shape();
}

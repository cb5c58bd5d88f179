package io.github.glimpse.nn;

/**
 * Where the parts of a decoder lie in a checkpoint.
 *
 * @param embedding path of the word embedding, such as {@code model.embed_tokens}
 * @param layers path of the list of layers
 * @param finalNorm path of the last norm
 * @param head path of the head; not read if it is tied to the embedding
 */
public record DecoderNames(String embedding, String layers, String finalNorm, String head) {

    /** The usual names below a prefix such as {@code model}. */
    public static DecoderNames below(String prefix, String head) {
        return new DecoderNames(prefix + ".embed_tokens", prefix + ".layers", prefix + ".norm", head);
    }
}

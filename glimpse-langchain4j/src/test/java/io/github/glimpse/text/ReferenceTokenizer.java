package io.github.glimpse.text;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import ai.djl.util.Utils;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;

/** The native library that ours is compared with, given what the project gave it while it used it. */
final class ReferenceTokenizer implements AutoCloseable {

    private static final String FLAVOR = "RUST_FLAVOR";
    private static final Object LOADING = new Object();

    private final long handle;

    private ReferenceTokenizer(long handle) {
        this.handle = handle;
    }

    /** Makes it of a file's content, which is changed. */
    static ReferenceTokenizer of(ObjectNode file) {
        loadLibrary();
        for (String unused : List.of("truncation", "padding", "post_processor")) {
            file.putNull(unused);
        }
        JsonNode own = file.path("normalizer");
        ObjectNode sequence = file.putObject("normalizer");
        sequence.put("type", "Sequence");
        ArrayNode normalizers = sequence.putArray("normalizers");
        ObjectNode removal = normalizers.addObject();
        removal.put("type", "Replace");
        removal.putObject("pattern").put("String", String.valueOf(TypedTextGuard.MARK));
        removal.put("content", "");
        if (own.isObject()) {
            normalizers.add(own);
        }
        for (JsonNode node : file.path("added_tokens")) {
            if (node instanceof ObjectNode token && AddedToken.of(node).isGuarded()) {
                token.put("normalized", false);
            }
        }
        return new ReferenceTokenizer(TokenizersLibrary.LIB.createTokenizerFromString(file.toString()));
    }

    /**
     * Takes the library that lies in the jar. On a machine with a GPU DJL would download another one, which serves
     * models that we do not run; and it looks for the jar's content in the class loader of the calling thread.
     */
    private static void loadLibrary() {
        synchronized (LOADING) {
            boolean unset = Utils.getEnvOrSystemProperty(FLAVOR) == null;
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            try {
                if (unset) {
                    System.setProperty(FLAVOR, "cpu");
                }
                thread.setContextClassLoader(TokenizersLibrary.class.getClassLoader());
                LibUtils.checkStatus();
            } finally {
                thread.setContextClassLoader(before);
                if (unset) {
                    System.clearProperty(FLAVOR);
                }
            }
        }
    }

    /** Ids of a text. */
    int[] encode(String text) {
        return Arrays.stream(withEncoding(text, TokenizersLibrary.LIB::getTokenIds))
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    /** Per token the code points of the text that it stands for, first and end. */
    CharSpan[] spans(String text) {
        return withEncoding(text, TokenizersLibrary.LIB::getTokenCharSpans);
    }

    private <T> T withEncoding(String text, LongFunction<T> reader) {
        long encoding = TokenizersLibrary.LIB.encode(handle, text, false);
        try {
            return reader.apply(encoding);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    /** Text of ids, special tokens left out. */
    String decode(int[] ids) {
        return TokenizersLibrary.LIB.decode(
                handle, Arrays.stream(ids).asLongStream().toArray(), true);
    }

    @Override
    public void close() {
        TokenizersLibrary.LIB.deleteTokenizer(handle);
    }
}

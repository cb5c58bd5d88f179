package io.github.glimpse.text;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import ai.djl.util.Utils;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.NativeLibraryException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Owns one tokenizer of the native library.
 *
 * <p>Uses the library's entry points directly: DJL's {@code HuggingFaceTokenizer} asks the network for the machine's
 * name on first use, and copies seven arrays per text of which one is needed. Safe for concurrent use; {@link #close}
 * waits for calls that run, because a call on a freed tokenizer would end the process.
 */
final class NativeTokenizer implements AutoCloseable {

    private static final String FLAVOR = "RUST_FLAVOR";
    private static final Object LOADING = new Object();

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final long handle;
    private boolean closed;

    private NativeTokenizer(long handle) {
        this.handle = handle;
    }

    /**
     * @param json content of a {@code tokenizer.json}
     * @throws ModelFilesException    if the library cannot make a tokenizer of it
     * @throws NativeLibraryException if there is no library for this machine
     */
    static NativeTokenizer of(String json) {
        loadLibrary();
        try {
            return new NativeTokenizer(TokenizersLibrary.LIB.createTokenizerFromString(json));
        } catch (RuntimeException refused) {
            throw new ModelFilesException(
                    "The file tokenizer.json cannot be used: " + refused.getMessage() + "; download it again", refused);
        }
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
            } catch (RuntimeException | LinkageError failed) {
                throw new NativeLibraryException(
                        "The tokenizers library has no build for this machine or cannot be unpacked; check that"
                                + " ai.djl.huggingface:tokenizers is on the class path and DJL_CACHE_DIR can be written",
                        failed);
            } finally {
                thread.setContextClassLoader(before);
                if (unset) {
                    System.clearProperty(FLAVOR);
                }
            }
        }
    }

    /** Ids of a text. */
    long[] encode(String text) {
        return withEncoding(text, TokenizersLibrary.LIB::getTokenIds);
    }

    /** Per token the code points of the text that it stands for, first and end. */
    CharSpan[] spans(String text) {
        return withEncoding(text, TokenizersLibrary.LIB::getTokenCharSpans);
    }

    private <T> T withEncoding(String text, LongFunction<T> reader) {
        return whileOpen(() -> {
            long encoding = TokenizersLibrary.LIB.encode(handle, text, false);
            try {
                return reader.apply(encoding);
            } finally {
                TokenizersLibrary.LIB.deleteEncoding(encoding);
            }
        });
    }

    /** Text of ids, special tokens left out. */
    String decode(long[] ids) {
        return whileOpen(() -> TokenizersLibrary.LIB.decode(handle, ids, true));
    }

    private <T> T whileOpen(Supplier<T> call) {
        lock.readLock().lock();
        try {
            requireOpen();
            return call.get();
        } catch (IllegalStateException closedBefore) {
            throw closedBefore;
        } catch (RuntimeException failed) {
            throw new ModelFilesException(
                    "The tokenizer of the model fails: " + failed.getMessage() + "; download tokenizer.json again",
                    failed);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The tokenizer is closed");
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                TokenizersLibrary.LIB.deleteTokenizer(handle);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}

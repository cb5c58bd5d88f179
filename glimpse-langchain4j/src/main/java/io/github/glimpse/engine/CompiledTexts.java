package io.github.glimpse.engine;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The compute texts that this process has compiled: graphs of the same text on the same device share one, as a compiled text has no state.
 * Compiling is a good part of the time that a small model takes to load, so a number of texts stays compiled after the last graph of them
 * was closed: a model that is loaded again, or first in 16 bits and then in 8, compiles nothing.
 */
final class CompiledTexts {

    /** Texts that no graph uses, in the order in which they were left. Seven make up a model of the Qwen2.5-VL family. */
    private static final int MOST_UNUSED = 32;

    private static final CompiledTexts OF_THIS_PROCESS = new CompiledTexts();

    private final Map<Key, Compiled> used = new LinkedHashMap<>();
    private final Map<Key, Compiled> unused = new LinkedHashMap<>();

    private CompiledTexts() {}

    private record Key(Device device, String source) {}

    /** A compiled text; whoever took it gives it back once. */
    static final class Compiled {

        private final Key key;
        private final PtNDManager manager;
        private final PtSymbolBlock block;
        private int users;

        private Compiled(Key key, PtNDManager manager, PtSymbolBlock block) {
            this.key = key;
            this.manager = manager;
            this.block = block;
        }

        PtSymbolBlock block() {
            return block;
        }

        /** Gives it back. */
        void leave() {
            OF_THIS_PROCESS.left(this);
        }

        private void close() {
            block.close();
            manager.close();
        }
    }

    /**
     * A text, compiled now if it is not yet.
     *
     * @param home of the device; what is compiled outlives it
     * @throws ai.djl.engine.EngineException if the native library refuses it
     */
    static Compiled take(GraphText text, PtNDManager home) {
        return OF_THIS_PROCESS.taken(text, home);
    }

    private synchronized Compiled taken(GraphText text, PtNDManager home) {
        Key key = new Key(home.getDevice(), text.source());
        Compiled compiled = used.get(key);
        if (compiled == null) {
            Compiled left = unused.remove(key);
            compiled = left == null ? compile(key, home) : left;
            used.put(key, compiled);
        }
        compiled.users++;
        return compiled;
    }

    private static Compiled compile(Key key, PtNDManager home) {
        PtNDManager manager = (PtNDManager) home.getEngine().newBaseManager(key.device());
        try {
            ByteArrayInputStream archive = new ByteArrayInputStream(GraphText.archive(key.source()));
            return new Compiled(key, manager, JniUtils.loadModule(manager, archive, true, false));
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException("Cannot read an archive from memory", e);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    private synchronized void left(Compiled compiled) {
        if (--compiled.users > 0) {
            return;
        }
        used.remove(compiled.key);
        unused.put(compiled.key, compiled);
        if (unused.size() > MOST_UNUSED) {
            Iterator<Compiled> longest = unused.values().iterator();
            longest.next().close();
            longest.remove();
        }
    }
}

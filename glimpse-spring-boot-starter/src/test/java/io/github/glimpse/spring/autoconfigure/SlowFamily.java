package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.model.qwen25vl.Qwen25VlFamily;
import java.util.concurrent.CountDownLatch;

/** Qwen2.5-VL, which takes its time to load. */
final class SlowFamily implements ModelFamily {

    final CountDownLatch disk = new CountDownLatch(1);
    private final Qwen25VlFamily qwen = new Qwen25VlFamily();

    @Override
    public String name() {
        return qwen.name();
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return qwen.accepts(config);
    }

    @Override
    public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        try {
            disk.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("reading weights is never interrupted", e);
        }
        return qwen.load(files, options, runtime);
    }
}

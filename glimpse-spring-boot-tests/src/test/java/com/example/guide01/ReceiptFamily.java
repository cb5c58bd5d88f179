package com.example.guide01;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.model.qwen25vl.Qwen25VlFamily;

/** A fine-tuned Qwen2.5-VL whose {@code config.json} has a {@code model_type} of its own. */
public final class ReceiptFamily implements ModelFamily {

    private final Qwen25VlFamily qwen = new Qwen25VlFamily();

    @Override
    public String name() {
        return "receipt-vl";
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return config.string("model_type").equals("receipt_vl");
    }

    @Override
    public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        return qwen.load(files, options, runtime);
    }
}

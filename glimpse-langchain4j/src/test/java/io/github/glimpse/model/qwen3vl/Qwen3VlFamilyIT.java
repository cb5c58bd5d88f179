package io.github.glimpse.model.qwen3vl;

import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.ModelFamilyContract;
import java.nio.file.Path;

/** Qwen3-VL keeps the contract of families. */
class Qwen3VlFamilyIT extends ModelFamilyContract {

    @Override
    protected ModelFamily family() {
        return new Qwen3VlFamily();
    }

    @Override
    protected Path folder() {
        return Path.of("src/test/resources/fixtures/qwen3_vl-tiny/model");
    }
}

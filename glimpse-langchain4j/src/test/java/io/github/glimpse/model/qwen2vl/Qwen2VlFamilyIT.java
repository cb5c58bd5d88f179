package io.github.glimpse.model.qwen2vl;

import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.ModelFamilyContract;
import java.nio.file.Path;

/** Qwen2-VL keeps the contract of families. */
class Qwen2VlFamilyIT extends ModelFamilyContract {

    @Override
    protected ModelFamily family() {
        return new Qwen2VlFamily();
    }

    @Override
    protected Path folder() {
        return Path.of("src/test/resources/fixtures/qwen2_vl-tiny/model");
    }
}

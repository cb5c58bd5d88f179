package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.ModelFamilyContract;
import java.nio.file.Path;

/** Qwen2.5-VL keeps the contract of families. */
class Qwen25VlFamilyIT extends ModelFamilyContract {

    @Override
    protected ModelFamily family() {
        return new Qwen25VlFamily();
    }

    @Override
    protected Path folder() {
        return Path.of("src/test/resources/fixtures/qwen2_5_vl-tiny/model");
    }
}

package io.github.glimpse.model.smolvlm;

import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.ModelFamilyContract;
import java.nio.file.Path;

/** SmolVLM keeps the contract of families. */
class SmolVlmFamilyIT extends ModelFamilyContract {

    @Override
    protected ModelFamily family() {
        return new SmolVlmFamily();
    }

    @Override
    protected Path folder() {
        return Path.of("src/test/resources/fixtures/smolvlm-tiny/model");
    }
}

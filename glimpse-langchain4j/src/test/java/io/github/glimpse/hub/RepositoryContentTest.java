package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepositoryContentTest {

    private static final Path NOWHERE = Path.of("no/such/directory");

    @Test
    void takesOfAModelWhatItsReadersLookAt() {
        RepositoryListing listing = listing(
                "config.json",
                "generation_config.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "vocab.json",
                "merges.txt",
                "chat_template.json",
                "preprocessor_config.json",
                "video_preprocessor_config.json",
                "README.md",
                "model.safetensors.index.json",
                "model-00001-of-00001.safetensors",
                "pytorch_model.bin");

        assertThat(RepositoryContent.MODEL.settings(listing, "it"))
                .containsExactly(
                        "config.json",
                        "tokenizer.json",
                        "generation_config.json",
                        "preprocessor_config.json",
                        "video_preprocessor_config.json",
                        "tokenizer_config.json",
                        "chat_template.json",
                        "model.safetensors.index.json");
    }

    @Test
    void prefersTheSingleFileAsTheReaderDoes() {
        RepositoryListing listing = listing(
                "config.json",
                "tokenizer.json",
                "processor_config.json",
                "model.safetensors",
                "model.safetensors.index.json");

        assertThat(RepositoryContent.MODEL.settings(listing, "it"))
                .containsExactly("config.json", "tokenizer.json", "processor_config.json");
        assertThat(RepositoryContent.MODEL.weights(listing, NOWHERE, "it")).containsExactly("model.safetensors");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            new_modules_gp.pt                                       | new_modules_gp.pt
            new_modules_gp.pt,glimpse_flat.safetensors              | glimpse_flat.safetensors
            model.safetensors,glimpse_flat.safetensors              | glimpse_flat.safetensors
            model.safetensors,new_modules_gp.pt                     | model.safetensors
            x.safetensors                                           | x.safetensors
            x.safetensors,new_modules_gp.pt                         | x.safetensors
            x.safetensors,y.safetensors,new_modules_gp.pt           | new_modules_gp.pt
            """)
    void takesOneFileOfWeightsOfAModule(String files, String weights) {
        RepositoryListing listing = listing(("config.json," + files).split(","));

        assertThat(RepositoryContent.MODULE.settings(listing, "it")).containsExactly("config.json");
        assertThat(RepositoryContent.MODULE.weights(listing, NOWHERE, "it")).containsExactly(weights);
    }

    @Test
    void saysWhenAModuleIsNone() {
        assertThatThrownBy(() -> RepositoryContent.MODULE.settings(listing("new_modules_gp.pt"), "'a/b'"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'a/b' has no config.json");
        assertThatThrownBy(() -> RepositoryContent.MODULE.weights(listing("config.json"), NOWHERE, "'a/b'"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'a/b' has neither new_modules_gp.pt nor a .safetensors file");
        assertThatThrownBy(() ->
                        RepositoryContent.MODULE.weights(listing("a.safetensors", "b.safetensors"), NOWHERE, "'a/b'"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'a/b' has 2 safetensors files");
    }

    private static RepositoryListing listing(String... files) {
        return new RepositoryListing("1".repeat(40), Set.of(files));
    }
}

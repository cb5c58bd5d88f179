package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.model.chat.ChatModel;
import io.github.glimpse.generate.LoadedModel;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class ModelSourcesTest {

    private static final String MODEL = TinyModel.QWEN.resolve("model").toString();

    @Test
    void takesADirectoryAsItIs() {
        try (ModelSources sources = open(MODEL, null)) {
            assertThat(sources.model()).isEqualTo(Path.of(MODEL));
            assertThat(sources.module()).isNull();
            assertThat(sources.name()).isNull();
        }
    }

    @Test
    void namesThePropertyOfAModuleThatIsNotThere() {
        assertThatThrownBy(() -> open(MODEL, "/no/such/module"))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("glimpse.model.pruning-module: ");
    }

    @Test
    void namesThePropertyOfARepositoryThatIsNoRepository() {
        assertThatThrownBy(() -> open("hf:no name at all", null))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("glimpse.model.location: ")
                .hasMessageContaining("hf:owner/name");
        assertThatThrownBy(() -> open(MODEL, "hf:../../etc"))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("glimpse.model.pruning-module: ");
    }

    @Test
    void loadsAClassPathFolderUnderItsOwnNameAndDeletesTheCopyAtTheEnd() throws IOException {
        List<Path> copies = new ArrayList<>();
        URL[] urls = {TinyModel.QWEN.toUri().toURL()};
        try (URLClassLoader classPath = new URLClassLoader(urls, ModelSourcesTest.class.getClassLoader())) {
            new ApplicationContextRunner()
                    .withClassLoader(classPath)
                    .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
                    .withPropertyValues(
                            "glimpse.model.location=classpath:model/", "glimpse.model.pruning-module=classpath:glimpse")
                    .run(context -> {
                        LoadedModel engine = context.getBean(LoadedModel.class);
                        assertThat(engine.name()).isEqualTo("model");
                        copies.add(engine.options().model());
                        copies.add(engine.options().module());
                        assertThat(copies).allSatisfy(copy -> assertThat(copy).isNotEmptyDirectory());
                    });
        }
        assertThat(copies).hasSize(2).allSatisfy(copy -> assertThat(copy).doesNotExist());
    }

    @Test
    void takesTheEmbeddedModelAndItsModuleWhenNoneIsNamed() {
        for (String location : new String[] {null, "", " "}) {
            try (ModelSources sources = open(location, null)) {
                assertThat(sources.name()).isEqualTo("glimpse-tiny");
                assertThat(sources.model()).isDirectoryContaining("glob:**/tokenizer.json");
                assertThat(sources.module()).isDirectoryContaining("glob:**/config.json");
            }
        }
    }

    @Test
    void takesNoModuleOrAnotherForTheEmbeddedModelIfThePropertySaysSo() {
        String other = TinyModel.QWEN.resolve("glimpse").toString();
        try (ModelSources without = open(null, "");
                ModelSources another = open(null, other)) {
            assertThat(without.module()).isNull();
            assertThat(another.module()).isEqualTo(Path.of(other));
        }
    }

    @Test
    void startsWithoutAnyProperty() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
                .run(context -> {
                    LoadedModel engine = context.getBean(LoadedModel.class);
                    assertThat(engine.name()).isEqualTo("glimpse-tiny");
                    assertThat(engine.family()).isEqualTo("qwen2.5-vl");
                    assertThat(engine.options().module()).isNotNull();
                    assertThat(context.getBean(ChatModel.class).chat("What is the total?"))
                            .isNotNull();
                });
    }

    private static ModelSources open(@Nullable String model, @Nullable String module) {
        return ModelSources.open(
                new GlimpseProperties.Model(model, null, null, module, true), ModelSourcesTest.class.getClassLoader());
    }
}

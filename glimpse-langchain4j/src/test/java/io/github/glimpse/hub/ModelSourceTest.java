package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelSourceTest {

    @TempDir
    Path directory;

    @Test
    void takesPathsAndFileUrlsAsTheyAre() throws IOException {
        Path model = Files.createDirectory(directory.resolve("a model"));
        for (String location : new String[] {
            model.toString(), "file:" + model, "file://" + model, model.toUri().toString()
        }) {
            try (ModelSource source = ModelSource.open(location)) {
                assertThat(source.directory()).isEqualTo(model);
            }
        }
        assertThat(model).isDirectory();
    }

    @Test
    void takesRelativePaths() {
        try (ModelSource plain = ModelSource.open("src/test");
                ModelSource url = ModelSource.open("file:./src/test")) {
            assertThat(plain.directory()).isEqualTo(Path.of("src/test"));
            assertThat(url.directory()).isEqualTo(Path.of("./src/test"));
        }
    }

    @Test
    void givesAModelTheNameOfItsPlace() throws IOException {
        Path model = Files.createDirectory(directory.resolve("a model"));
        try (ModelSource plain = ModelSource.open(model.toString());
                ModelSource url = ModelSource.openModule("file:" + model + "/.");
                ModelSource copy = ModelSource.open("classpath:fixtures/qwen2_5_vl-tiny/model/")) {
            assertThat(plain.name()).isEqualTo("a model");
            assertThat(url.name()).isEqualTo("a model");
            assertThat(copy.name()).isEqualTo("qwen2_5_vl-tiny");
            assertThat(ModelSource.nameOf(copy.directory())).isEqualTo("qwen2_5_vl-tiny");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/models/qwen2.5-vl,                                                             qwen2.5-vl",
        "/models/qwen2.5-vl/model,                                                       qwen2.5-vl",
        "/models/qwen2.5-vl/./model/model/,                                              qwen2.5-vl",
        "/model,                                                                         model",
        "/cache/models--Qwen--Qwen2.5-VL-3B/snapshots/66285546d2b821cf421d4f5eb2576359d3770cd3, Qwen/Qwen2.5-VL-3B",
        "/cache/models--gpt2/snapshots/main,                                             gpt2",
        "/data/clip/snapshots/66285546d2b821cf421d4f5eb2576359d3770cd3,                  clip",
        "/data/clip/snapshots/second,                                                    second",
        "/,                                                                              /"
    })
    void passesOverThePartsOfAPathThatSayNothing(Path directory, String name) {
        assertThat(ModelSource.nameOf(directory)).isEqualTo(name);
    }

    @Test
    void theEmbeddedModelKeepsItsNameWithoutSpring() {
        Path directory;
        try (ModelSource embedded = ModelSource.embedded()) {
            directory = embedded.directory();
            assertThat(ModelSource.nameOf(directory)).isEqualTo(embedded.name()).isEqualTo("glimpse-tiny");
        }
        assertThat(directory.getParent()).doesNotExist();
    }

    @Test
    void copiesFoldersOfDirectoriesOnTheClassPath() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("models/tiny"));
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.writeString(folder.resolve("model.safetensors"), "x");
        Files.createDirectory(folder.resolve("glimpse"));

        assertThatFolderIsCopied(directory.toUri().toURL());
    }

    @Test
    void copiesFoldersOfJarsOnTheClassPath() throws IOException {
        Path jar = directory.resolve("models.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : new String[] {
                "models/tiny/",
                "models/tiny/model.safetensors",
                "models/tiny/config.json",
                "models/tiny/glimpse/x",
                "models/other"
            }) {
                zip.putNextEntry(new ZipEntry(name));
                if (!name.endsWith("/")) {
                    zip.write(name.endsWith(".json") ? "{}".getBytes(StandardCharsets.UTF_8) : new byte[] {'x'});
                }
            }
        }

        assertThatFolderIsCopied(jar.toUri().toURL());
        // The jar was closed: it could be replaced now.
        assertThat(jar.toFile().delete()).isTrue();
    }

    private static void assertThatFolderIsCopied(URL classPath) throws IOException {
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classPath}, null)) {
            Path copy;
            try (ModelSource source = ModelSource.open("classpath:/models/tiny/", loader)) {
                copy = source.directory();
                assertThat(copy)
                        .isDirectoryContaining("glob:**/config.json")
                        .isDirectoryContaining("glob:**/model.safetensors");
                assertThat(copy.toFile().list()).hasSize(2);
                assertThat(copy.resolve("config.json")).hasContent("{}");
                assertThat(copy.resolve("model.safetensors")).hasContent("x");
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                        .isEqualTo("rwx------");
            }
            assertThat(copy).doesNotExist();
        }
    }

    @Test
    void withoutALocationTheEmbeddedModelAndItsModuleAreOpened() {
        try (ModelSource model = ModelSource.openOrEmbedded(null);
                ModelSource module = ModelSource.openModuleFor(null, null)) {
            assertThat(model.name()).isEqualTo("glimpse-tiny");
            assertThat(Objects.requireNonNull(module).directory()).isNotEqualTo(model.directory());
        }
    }

    @Test
    void aModelOfTheUsersHasNoModuleUnlessOneIsNamed(@TempDir Path folder) {
        assertThat(ModelSource.openOrEmbedded(folder.toString()).directory()).isEqualTo(folder);
        assertThat(ModelSource.openModuleFor(folder.toString(), null)).isNull();
        assertThat(Objects.requireNonNull(ModelSource.openModuleFor(null, folder.toString()))
                        .directory())
                .isEqualTo(folder);
    }

    @Test
    void givesTheEmbeddedModelAndItsModule() throws IOException {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        // A thread without a class path of its own, as in a pool that a container made.
        Thread.currentThread().setContextClassLoader(null);
        try (ModelSource model = ModelSource.embedded();
                ModelSource module = ModelSource.embeddedModule()) {
            assertThat(model.name()).isEqualTo("glimpse-tiny");
            assertThat(ModelFiles.ofDirectory(model.directory()).config().string("model_type"))
                    .isEqualTo("qwen2_5_vl");
            assertThat(ModuleFiles.ofDirectory(module.directory()).weights()).isRegularFile();
            assertThat(model.directory().resolve("README.md")).isNotEmptyFile();
            // With all else of the library, 3 MB, at most 16.
            assertThat(bytes(model.directory()) + bytes(module.directory())).isLessThanOrEqualTo(13_000_000);
        } finally {
            Thread.currentThread().setContextClassLoader(context);
        }
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void opensAFixtureFromTheClassPathTwice() {
        ModelSource first = ModelSource.open("classpath:fixtures/qwen2_5_vl-tiny/model");
        ModelSource second = ModelSource.open("classpath:fixtures/qwen2_5_vl-tiny/model");
        assertThat(first.directory()).isNotEqualTo(second.directory());

        first.close();
        first.close();

        assertThat(ModelFiles.ofDirectory(second.directory()).config().integer("hidden_size"))
                .isEqualTo(64);
        second.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /no/such/directory | There is no directory '/no/such/directory'
            no/such/directory | relative ones start at the working directory
            file:/no/such/directory | There is no directory '/no/such/directory'
            file://host/share | no URL of a local directory
            pom.xml | There is no directory 'pom.xml'
            https://example.org/model | a location is a directory, file:, classpath: or hf:owner/name
            s3:bucket | a location is a directory, file:, classpath: or hf:owner/name
            hf:only-a-name | write hf:owner/name
            classpath:no/such/folder | no 'no/such/folder/config.json'
            """)
    void refusesOtherLocations(String location, String reason) {
        assertThatThrownBy(() -> ModelSource.open(location))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\u0000b"})
    void refusesTextsThatAreNoLocation(String location) {
        assertThatThrownBy(() -> ModelSource.open(location)).isInstanceOf(ModelFilesException.class);
    }
}

package io.github.glimpse.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private int run(String... arguments) {
        return QuickstartApplication.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }

    @Test
    void tellsEverythingOfACpuAsJsonAndWritesTheArchives() throws IOException {
        int code = run("--doctor", "--json", "--glimpse.device=cpu", "--archives=" + folder);

        JsonNode found = new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8));
        assertThat(code).as(found.toPrettyString()).isZero();
        assertThat(found.path("exit").asInt(-1)).isZero();
        assertThat(found.at("/system/architecture").asText()).isNotEmpty();
        assertThat(found.at("/library/libtorch").asText()).startsWith("2.7.1");
        assertThat(found.at("/library/libraries").asText()).isNotEmpty();
        assertThat(found.at("/library/thread wait policy").asText()).isNotEmpty();
        assertThat(found.path("driver").has("library")).isTrue();
        assertThat(found.path("gpus").isArray()).isTrue();
        assertThat(found.at("/device/chosen").asText()).isEqualTo("cpu");
        assertThat(found.at("/device/reason").asText()).isNotEmpty();
        assertThat(found.at("/measured/copied bytes per second").asLong()).isGreaterThan(100_000_000);
        assertThat(found.at("/measured/microseconds per launch").asDouble()).isBetween(0.01, 1_000.0);
        assertThat(found.at("/measured/idle threads throttled").isBoolean()).isTrue();
        assertThat(found.at("/measured/operations").size()).isEqualTo(6);
        assertThat(found.path("answers")).hasSize(10).allSatisfy(answer -> assertThat(answer.at("/texts/cpu"))
                .isEqualTo(answer.path("expected")));
        assertThat(found.path("answers"))
                .anyMatch(answer -> answer.path("expected").asText().equals("87.00")
                        && answer.path("kept").asInt() < 72)
                .anyMatch(answer -> answer.path("kept").asInt() == 144);
        assertThat(found.path("warnings")).isEmpty();
        assertThat(found.path("problems")).isEmpty();
        assertThat(Files.readAllBytes(folder.resolve("decoder.pt"))).startsWith('P', 'K');
    }

    @Test
    void comparesTheDeviceInFloat32WithTheCpuInFloat32() {
        assertThat(Doctor.Place.of("cuda:1"))
                .filteredOn(Doctor.Place::exact)
                .singleElement()
                .satisfies(place -> {
                    assertThat(place.name()).isEqualTo("cuda:1 in float32");
                    assertThat(place.beside()).isEqualTo("cpu in float32");
                });
        assertThat(Doctor.Place.of("cuda:1"))
                .filteredOn(place -> place.beside() == null)
                .extracting(Doctor.Place::device)
                .containsOnly("cpu");
    }

    @Test
    void tellsAPersonWhatIsMissingAndEndsWithTwo() {
        int code = run("--doctor", "--glimpse.device=cuda:63");

        assertThat(code).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("problems")
                .contains("cuda:63")
                .contains("GPUs")
                .contains("Not usable");
    }

    @Test
    void isNotContentWithANamedLibtorchThatCannotBeUsed() throws IOException {
        assumeThat(Path.of("/proc/driver/nvidia"))
                .as("a machine without NVIDIA's driver")
                .doesNotExist();
        Path lib = Files.createDirectories(folder.resolve("torch/lib"));
        Files.createFile(lib.resolve(System.mapLibraryName("torch")));
        Files.createFile(lib.resolve(System.mapLibraryName("torch_cuda")));

        int code = run("--doctor", "--glimpse.native.path=" + folder.resolve("torch"));

        assertThat(code).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("The libtorch in " + folder.resolve("torch") + " is not used")
                .contains("Usable, with the warnings above.");
    }

    @Test
    void refusesOptionsThatItDoesNotHave() {
        assertThat(run("--doctor", "--image=receipt.png")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("--image=receipt.png")
                .contains("--json");
    }
}

package io.github.glimpse;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * Keeps the rooms apart. The table says which room may know which; every room may know the root package, which knows nobody.
 * Rooms that nobody has built yet are allowed to be absent.
 */
@AnalyzeClasses(packages = "io.github.glimpse", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "root";

    /** Who reads half of so many values and makes a record of them copies it; fewer are told apart at a glance. */
    private static final int LEAST_VALUES = 5;

    private static final List<String> BELOW_PREFILL = List.of(
            "files",
            "engine",
            "hub",
            "image",
            "text",
            "template",
            "constrain",
            "answer",
            "sampling",
            "nn",
            "serve",
            "model",
            "prune");

    private static final List<String> BELOW_GENERATE =
            Stream.concat(BELOW_PREFILL.stream(), Stream.of("form", "prefill")).toList();

    private static final List<String> BELOW_SURFACES =
            Stream.concat(BELOW_GENERATE.stream(), Stream.of("generate")).toList();

    /** Room to the rooms that it may know, from the bottom up; CONTRIBUTING.md shows it. */
    static final Map<String, List<String>> ROOMS = rooms();

    private static final ArchCondition<JavaClass> LIE_IN_A_NULL_MARKED_PACKAGE =
            new ArchCondition<>("lie in a package whose package-info.java says @NullMarked") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                    events.add(new SimpleConditionEvent(type, marked, type.getName() + " is null-marked: " + marked));
                }
            };

    private static final DescribedPredicate<JavaAccess<?>> READS_A_TENSOR = DescribedPredicate.describe(
            "reads values of a tensor",
            call -> call.getTargetOwner().isAssignableTo("ai.djl.ndarray.NDArray")
                    && call.getName()
                            .matches("to(\\w+)?Array|toByteBuffer|get(Float|Long|Int|Double|Boolean|Byte|Uint8)"));

    private static final DescribedPredicate<JavaConstructorCall> MAKES_OPTIONS_OF_ANOTHER_FILE =
            DescribedPredicate.describe(
                    "makes an options record of another file, which has a builder or defaults for it",
                    call -> call.getTargetOwner().isRecord()
                            && call.getTargetOwner().getSimpleName().endsWith("Options")
                            && !file(call.getTargetOwner()).equals(file(call.getOriginOwner())));

    private static final ArchCondition<JavaCodeUnit> COPY_RECORDS_BY_THEIR_OWN_METHODS =
            new ArchCondition<>("make no record of another file from most of its own values") {
                @Override
                public void check(JavaCodeUnit unit, ConditionEvents events) {
                    for (JavaConstructorCall made : unit.getConstructorCallsFromSelf()) {
                        JavaClass type = made.getTargetOwner();
                        if (type.isRecord() && !file(type).equals(file(unit.getOwner()))) {
                            Set<String> values = values(type);
                            Set<String> read = unit.getMethodCallsFromSelf().stream()
                                    .filter(call -> call.getTargetOwner().equals(type))
                                    .map(JavaAccess::getName)
                                    .filter(values::contains)
                                    .collect(Collectors.toSet());
                            boolean copies = values.size() >= LEAST_VALUES && 2 * read.size() >= values.size();
                            events.add(new SimpleConditionEvent(
                                    unit, !copies, unit.getFullName() + " copies " + type.getName() + ": " + read));
                        }
                    }
                }
            };

    private static Set<String> values(JavaClass record) {
        return record.getFields().stream()
                .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
                .map(JavaField::getName)
                .collect(Collectors.toSet());
    }

    private static String file(JavaClass type) {
        return type.getName().split("\\$", 2)[0];
    }

    @ArchTest
    static final ArchRule roomsDependDownwardsOnly = layers();

    @ArchTest
    static final ArchRule everyPackageIsARoom = classes().should().resideInAnyPackage(packagesOf(ROOMS.keySet(), true));

    @ArchTest
    static final ArchRule roomsHaveNoCycles = slices().matching("io.github.glimpse.(*)..")
            .should()
            .beFreeOfCycles()
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule familiesDoNotKnowEachOther = slices().matching("io.github.glimpse.model.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(
                    resideInAPackage("io.github.glimpse.model.llava.."),
                    resideInAPackage("io.github.glimpse.model.clip.."))
            .ignoreDependency(
                    resideInAPackage("io.github.glimpse.model.smolvlm.."),
                    resideInAPackage("io.github.glimpse.model.clip.."))
            .ignoreDependency(
                    resideInAPackage("io.github.glimpse.model.blip.."),
                    resideInAPackage("io.github.glimpse.model.clip.."))
            .ignoreDependency(
                    resideInAPackage("io.github.glimpse.model.qwen2vl.."),
                    resideInAPackage("io.github.glimpse.model.qwen25vl.."))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlySurfacesKnowLangChain4j =
            onlyIn("dev.langchain4j..", "request", "chat", "embedding", "documents");

    @ArchTest
    static final ArchRule onlyTheEngineKnowsPyTorch = onlyIn("ai.djl.pytorch..", "engine");

    /** Who has no PDF files needs no PDFBox. */
    @ArchTest
    static final ArchRule onlyDocumentsKnowPdfBox = onlyIn("org.apache.pdfbox..", "documents");

    @ArchTest
    static final ArchRule onlyTheEngineCallsDrivers = onlyIn("com.sun.jna..", "engine");

    @ArchTest
    static final ArchRule onlyNumericRoomsKnowTensors =
            onlyIn("ai.djl.ndarray..", "engine", "nn", "model", "prune", "prefill", "generate", "embedding", "train");

    /** The native library of tokenizers is what ours is compared with in tests. */
    @ArchTest
    static final ArchRule nobodyKnowsNativeTokenizers =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("ai.djl.huggingface..");

    @ArchTest
    static final ArchRule valuesComeIntoJavaInOnePlace = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.github.glimpse.engine.HostValues")
            .should()
            .accessTargetWhere(READS_A_TENSOR);

    @ArchTest
    static final ArchRule nobodyKnowsSpring =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("org.springframework..");

    @ArchTest
    static final ArchRule everyPackageIsNullMarked = classes().should(LIE_IN_A_NULL_MARKED_PACKAGE);

    @ArchTest
    static final ArchRule namesTellARole =
            noClasses().should().haveNameMatching(".*(Manager|Helper|Impl|Util|Utils)(\\$.*)?");

    /** Copied by hand elsewhere, a value that is added later would be lost without a word. */
    @ArchTest
    static final ArchRule optionsAreMadeAndCopiedByThemselves =
            noClasses().should().callConstructorWhere(MAKES_OPTIONS_OF_ANOTHER_FILE);

    /** The same for every larger record: whoever makes one from most values of another asks that for a copy instead. */
    @ArchTest
    static final ArchRule recordsAreCopiedByThemselves = codeUnits().should(COPY_RECORDS_BY_THEIR_OWN_METHODS);

    private static Map<String, List<String>> rooms() {
        Map<String, List<String>> rooms = new LinkedHashMap<>();
        rooms.put("files", List.of());
        rooms.put("engine", List.of("files"));
        rooms.put("hub", List.of("files"));
        rooms.put("image", List.of("image.webp"));
        rooms.put("image.webp", List.of());
        rooms.put("text", List.of("text.jinja"));
        rooms.put("text.jinja", List.of());
        rooms.put("template", List.of("text", "text.jinja"));
        rooms.put("answer", List.of());
        rooms.put("constrain", List.of("answer"));
        rooms.put("sampling", List.of());
        rooms.put("form", List.of("answer", "constrain", "sampling", "text"));
        rooms.put("nn", List.of("engine"));
        rooms.put("serve", List.of("engine"));
        rooms.put("model", List.of("nn", "engine", "hub", "image", "text", "template"));
        rooms.put("prune", List.of("nn", "engine", "image", "hub"));
        rooms.put("prefill", BELOW_PREFILL);
        rooms.put("generate", BELOW_GENERATE);
        rooms.put("request", BELOW_SURFACES);
        List<String> belowLangChain4j =
                Stream.concat(BELOW_SURFACES.stream(), Stream.of("request")).toList();
        rooms.put("chat", belowLangChain4j);
        rooms.put("embedding", belowLangChain4j);
        rooms.put("eval", BELOW_SURFACES);
        rooms.put("train", BELOW_SURFACES);
        rooms.put("documents", List.of("files", "image", "prune", "generate", "request", "chat"));
        return rooms;
    }

    private static LayeredArchitecture layers() {
        LayeredArchitecture layers = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer(ROOT)
                .definedBy("io.github.glimpse")
                .whereLayer(ROOT)
                .mayNotAccessAnyLayer();
        for (String room : ROOMS.keySet()) {
            layers = layers.layer(room).definedBy(liesIn(room));
        }
        for (Map.Entry<String, List<String>> room : ROOMS.entrySet()) {
            String[] known =
                    Stream.concat(Stream.of(ROOT), room.getValue().stream()).toArray(String[]::new);
            layers = layers.whereLayer(room.getKey()).mayOnlyAccessLayers(known);
        }
        return layers;
    }

    /** In the room's package or below it, but in none of the rooms inside. */
    private static DescribedPredicate<JavaClass> liesIn(String room) {
        DescribedPredicate<JavaClass> lies = resideInAPackage("io.github.glimpse." + room + "..");
        for (String inside : ROOMS.keySet()) {
            if (inside.startsWith(room + ".")) {
                lies = lies.and(DescribedPredicate.not(resideInAPackage("io.github.glimpse." + inside + "..")));
            }
        }
        return lies;
    }

    private static ArchRule onlyIn(String dependency, String... rooms) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(packagesOf(Arrays.asList(rooms), false))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(dependency);
    }

    private static String[] packagesOf(Iterable<String> rooms, boolean withRoot) {
        Stream.Builder<String> packages = Stream.builder();
        if (withRoot) {
            packages.add("io.github.glimpse");
        }
        rooms.forEach(room -> packages.add("io.github.glimpse." + room + ".."));
        return packages.build().toArray(String[]::new);
    }
}

package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PickleReaderTest {

    private static final String KNOWN = "}()t\u0085\u0086\u0087\u0088\u0089KMJXcqrhjQRsub.";

    @ParameterizedTest(name = "opcode {0}")
    @MethodSource
    void refusesEveryOtherOpcode(int opcode) {
        byte[] pickle = new PickleBytes()
                .dictionary()
                .op(opcode, '0', '\n', '0', '\n', 0, 0, 0, 0)
                .stop();

        assertThatThrownBy(() -> PickleReader.read("x.pt", pickle))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("opcode 0x" + Integer.toHexString(opcode));
    }

    static IntStream refusesEveryOtherOpcode() {
        return IntStream.range(0, 256).filter(opcode -> KNOWN.indexOf(opcode) < 0);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refuses(String reason, byte[] pickle) {
        assertThatThrownBy(() -> PickleReader.read("x.pt", pickle))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("x.pt")
                .hasMessageContaining(reason);
    }

    static Stream<Arguments> refuses() {
        return Stream.of(
                refused("'os.system', which", begin().global("os", "system")),
                refused("'builtins.eval'", begin().global("builtins", "eval")),
                refused("'torch._utils.x'", begin().global("torch._utils", "x")),
                refused("'torch.storage.UntypedStorage'", begin().global("torch.storage", "UntypedStorage")),
                refused("'torch.ByteStorage'", begin().global("torch", "ByteStorage")),
                refused("takes a value where there is none", begin().op('s')),
                refused("takes a value where there is none", begin().op('(', 'Q')),
                refused(
                        "takes a value where there is none",
                        begin().dictionary().op('(', 's')),
                refused("takes a value where there is none", begin().op('q', 0)),
                refused("closes a group", begin().op('t')),
                refused("recalls value 7", begin().op('h', 7)),
                refused("recalls value 4294967295", begin().op('j', 0xff, 0xff, 0xff, 0xff)),
                refused("exactly one value", begin()),
                refused("exactly one value", begin().dictionary().dictionary()),
                refused("exactly one value", begin().dictionary().op('.')),
                refused("no dictionary", begin().op(')').text("a").text("b").op('s')),
                refused("no dictionary", begin().dictionary().op('(').text("a").op('u')),
                refused("no text", begin().dictionary().number(1).text("b").op('s')),
                refused(
                        "'a' twice",
                        begin().dictionary()
                                .op('(')
                                .text("a")
                                .number(1)
                                .text("a")
                                .number(1)
                                .op('u')),
                refused("not a name", begin().text("a").op(')', 'R')),
                refused(
                        "not a name",
                        begin().global("collections", "OrderedDict")
                                .dictionary()
                                .op('R')),
                refused(
                        "calls a storage type",
                        begin().global("torch", "FloatStorage").op(')', 'R')),
                refused(
                        "unusual way",
                        begin().global("collections", "OrderedDict").numbers(1).op('R')),
                refused(
                        "a tensor in an unusual way",
                        begin().global("torch._utils", "_rebuild_tensor_v2").op(')', 'R')),
                refused(
                        "a parameter in an unusual way",
                        begin().global("torch._utils", "_rebuild_parameter").op(')', 'R')),
                refused("no storage", begin().text("storage").op('Q')),
                refused(
                        "function as a storage type",
                        begin().op('(')
                                .text("storage")
                                .global("collections", "OrderedDict")
                                .text("0")
                                .text("cpu")
                                .number(1)
                                .op('t', 'Q')),
                refused("no tuple of at most 16", begin().tensor(1, 0, new int[17], new int[17])),
                refused(
                        "attributes other than",
                        begin().dictionary().dictionary().op('b')),
                refused(
                        "attributes other than",
                        begin().dictionary()
                                .dictionary()
                                .text("__class__")
                                .dictionary()
                                .op('s', 'b')),
                refused(
                        "attributes other than",
                        begin().text("a")
                                .dictionary()
                                .text("_metadata")
                                .dictionary()
                                .op('s', 'b')),
                refused("no UTF-8", begin().op('X', 1, 0, 0, 0, 0xff)),
                refused("claims 4294967295 bytes", begin().op('X', 0xff, 0xff, 0xff, 0xff)),
                refused("claims 100 bytes", begin().op('X', 100, 0, 0, 0)),
                Arguments.of("ends in the middle", new byte[] {(byte) 0x80, 2, 'J', 0}),
                Arguments.of("ends in the middle", new byte[] {(byte) 0x80, 2, 'c', 'o', 's'}),
                Arguments.of("ends in the middle", new byte[0]),
                Arguments.of("not pickle protocol 2", new byte[] {(byte) 0x80, 3, '}', '.'}),
                Arguments.of("not pickle protocol 2", "(dp0\n.".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void ignoresTheMetadataOfAStateDict() {
        byte[] pickle = begin().dictionary()
                .text("x")
                .tensor(1, 0, new int[] {1}, new int[] {1})
                .op('s')
                .dictionary()
                .text("_metadata")
                .dictionary()
                .op('s', 'b')
                .stop();

        PickledValue value = PickleReader.read("x.pt", pickle);

        assertThat(value)
                .isInstanceOfSatisfying(PickledValue.Dictionary.class, dictionary -> assertThat(dictionary.items())
                        .containsOnlyKeys("x"));
    }

    /** The most memory-hungry pickles of the greatest allowed length fit into the small heap of the tests. */
    @Test
    void takesLittleMemoryForAnyPickle() {
        for (int opcode : new int[] {'}', '(', ')', 0x88}) {
            PickleBytes pickle = begin();
            for (int count = 0; count < (1 << 20) - 4; count++) {
                pickle.op(opcode);
            }
            byte[] bytes = pickle.stop();
            assertThatThrownBy(() -> PickleReader.read("x.pt", bytes)).isInstanceOf(ModelFilesException.class);
        }
    }

    private static PickleBytes begin() {
        return new PickleBytes();
    }

    private static Arguments refused(String reason, PickleBytes pickle) {
        return Arguments.of(reason, pickle.stop());
    }
}

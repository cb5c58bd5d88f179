package io.github.glimpse.engine;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.PickledValue.Dictionary;
import io.github.glimpse.engine.PickledValue.Flag;
import io.github.glimpse.engine.PickledValue.KnownName;
import io.github.glimpse.engine.PickledValue.Mark;
import io.github.glimpse.engine.PickledValue.Name;
import io.github.glimpse.engine.PickledValue.Storage;
import io.github.glimpse.engine.PickledValue.StridedTensor;
import io.github.glimpse.engine.PickledValue.Text;
import io.github.glimpse.engine.PickledValue.Tuple;
import io.github.glimpse.engine.PickledValue.Whole;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the pickle inside a {@code torch.save} archive: a small stack machine that knows the opcodes which dictionaries of
 * tensors need, and refuses all others. It never executes anything: "call" opcodes are understood for five names and make
 * plain data (see {@link PickledValue}).
 *
 * <p>Cost is bounded by the length of the pickle: each opcode makes at most one value, and nothing here walks into values.
 * One instance reads one pickle.
 *
 * @see <a href="https://docs.python.org/3/library/pickletools.html">The opcodes</a>
 */
final class PickleReader {

    private static final int PROTOCOL = 2;
    private static final int MOST_AXES = 16;
    private static final String METADATA = "_metadata";

    private final String origin;
    private final ByteBuffer bytes;
    private final List<PickledValue> stack = new ArrayList<>();
    private final Map<Integer, PickledValue> memo = new HashMap<>();

    private PickleReader(String origin, byte[] pickle) {
        this.origin = origin;
        this.bytes = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads a whole pickle.
     *
     * @param origin the file, for messages
     * @return its one value; dictionaries in it may contain themselves
     * @throws ModelFilesException at anything that a dictionary of tensors does not need
     */
    static PickledValue read(String origin, byte[] pickle) {
        PickleReader reader = new PickleReader(origin, pickle);
        try {
            return reader.run();
        } catch (BufferUnderflowException e) {
            throw reader.refusal("it ends in the middle", e);
        }
    }

    private PickledValue run() {
        if (next() != 0x80 || next() != PROTOCOL) {
            throw refusal("it is not pickle protocol 2, which torch.save writes unless told otherwise");
        }
        while (true) {
            int opcode = next();
            if (opcode == '.') {
                if (stack.size() != 1 || bytes.hasRemaining()) {
                    throw refusal("it does not end with exactly one value");
                }
                return pop();
            }
            step(opcode);
        }
    }

    private void step(int opcode) {
        switch (opcode) {
            case '}' -> stack.add(new Dictionary());
            case '(' -> stack.add(Mark.MARK);
            case ')' -> stack.add(new Tuple(List.of()));
            case 't' -> stack.add(new Tuple(popToMark()));
            case 0x85 -> stack.add(new Tuple(popMany(1)));
            case 0x86 -> stack.add(new Tuple(popMany(2)));
            case 0x87 -> stack.add(new Tuple(popMany(3)));
            case 0x88 -> stack.add(new Flag(true));
            case 0x89 -> stack.add(new Flag(false));
            case 'K' -> stack.add(new Whole(next()));
            case 'M' -> stack.add(new Whole(Short.toUnsignedInt(bytes.getShort())));
            case 'J' -> stack.add(new Whole(bytes.getInt()));
            case 'X' -> stack.add(new Text(text(bytes.getInt())));
            case 'c' -> stack.add(new Name(knownName(line() + " " + line())));
            case 'q' -> memorize(next());
            case 'r' -> memorize(bytes.getInt());
            case 'h' -> stack.add(recall(next()));
            case 'j' -> stack.add(recall(bytes.getInt()));
            case 'Q' -> stack.add(storage(pop()));
            case 'R' -> reduce();
            case 's' -> setItems(popMany(2));
            case 'u' -> setItems(popToMark());
            case 'b' -> build();
            default ->
                throw refusal("it uses opcode 0x" + Integer.toHexString(opcode)
                        + ", which dictionaries of tensors do not need");
        }
    }

    /** Calls are data here: an ordered dictionary, a tensor, or a parameter, which is its tensor. */
    private void reduce() {
        PickledValue arguments = pop();
        PickledValue function = pop();
        if (!(function instanceof Name name) || !(arguments instanceof Tuple tuple)) {
            throw refusal("it calls something that is not a name");
        }
        stack.add(
                switch (name.known()) {
                    case ORDERED_DICT -> emptyDictionary(tuple.items());
                    case REBUILD_TENSOR -> tensor(tuple.items());
                    case REBUILD_PARAMETER -> parameter(tuple.items());
                    case FLOAT_STORAGE, BFLOAT16_STORAGE, HALF_STORAGE -> throw refusal("it calls a storage type");
                });
    }

    private Dictionary emptyDictionary(List<PickledValue> arguments) {
        if (!arguments.isEmpty()) {
            throw refusal("it fills an OrderedDict in an unusual way");
        }
        return new Dictionary();
    }

    /** Arguments: storage, offset, sizes, strides, requires-gradient, hooks. */
    private StridedTensor tensor(List<PickledValue> arguments) {
        if (arguments.size() == 6
                && arguments.get(0) instanceof Storage storage
                && arguments.get(1) instanceof Whole offset
                && arguments.get(4) instanceof Flag
                && isEmptyDictionary(arguments.get(5))) {
            return new StridedTensor(storage, offset.value(), numbers(arguments.get(2)), numbers(arguments.get(3)));
        }
        throw refusal("it builds a tensor in an unusual way");
    }

    /** Arguments: tensor, requires-gradient, hooks. */
    private StridedTensor parameter(List<PickledValue> arguments) {
        if (arguments.size() == 3
                && arguments.get(0) instanceof StridedTensor tensor
                && arguments.get(1) instanceof Flag
                && isEmptyDictionary(arguments.get(2))) {
            return tensor;
        }
        throw refusal("it builds a parameter in an unusual way");
    }

    private static boolean isEmptyDictionary(PickledValue value) {
        return value instanceof Dictionary dictionary && dictionary.items().isEmpty();
    }

    private List<Long> numbers(PickledValue value) {
        if (!(value instanceof Tuple tuple) || tuple.items().size() > MOST_AXES) {
            throw refusal("the sizes of a tensor are no tuple of at most " + MOST_AXES + " numbers");
        }
        List<Long> numbers = new ArrayList<>();
        for (PickledValue item : tuple.items()) {
            if (!(item instanceof Whole number)) {
                throw refusal("the size of a tensor is no whole number");
            }
            numbers.add(number.value());
        }
        return List.copyOf(numbers);
    }

    /** A persistent id: the word "storage", type, key, device (ignored), number of elements. */
    private Storage storage(PickledValue id) {
        if (id instanceof Tuple tuple
                && tuple.items().size() == 5
                && tuple.items().get(0) instanceof Text kind
                && kind.value().equals("storage")
                && tuple.items().get(1) instanceof Name type
                && tuple.items().get(2) instanceof Text key
                && tuple.items().get(3) instanceof Text
                && tuple.items().get(4) instanceof Whole count) {
            return new Storage(storedType(type.known()), key.value(), count.value());
        }
        throw refusal("it refers to something outside that is no storage");
    }

    private StoredType storedType(KnownName name) {
        return switch (name) {
            case FLOAT_STORAGE -> StoredType.F32;
            case BFLOAT16_STORAGE -> StoredType.BF16;
            case HALF_STORAGE -> StoredType.F16;
            case ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER ->
                throw refusal("it uses a function as a storage type");
        };
    }

    private KnownName knownName(String path) {
        for (KnownName name : KnownName.values()) {
            if (name.path().equals(path)) {
                return name;
            }
        }
        if (path.startsWith("torch ") && path.endsWith("Storage")) {
            throw refusal("it stores tensors as " + Quoted.name(path.replace(' ', '.'))
                    + ", only float32, bfloat16 and float16 are read");
        }
        throw refusal("it asks for " + Quoted.name(path.replace(' ', '.'))
                + ", which a dictionary of tensors does not need and which is never run");
    }

    /** Sets the attributes of an object. A state dict has one, its notes on versions, which are of no use here. */
    private void build() {
        PickledValue state = pop();
        if (!(peek() instanceof Dictionary)
                || !(state instanceof Dictionary attributes)
                || !attributes.items().keySet().equals(Set.of(METADATA))) {
            throw refusal("it sets attributes other than '" + METADATA + "'");
        }
    }

    private void setItems(List<PickledValue> keysAndValues) {
        if (!(peek() instanceof Dictionary target) || keysAndValues.size() % 2 != 0) {
            throw refusal("it puts items into something that is no dictionary");
        }
        for (int index = 0; index < keysAndValues.size(); index += 2) {
            if (!(keysAndValues.get(index) instanceof Text key)) {
                throw refusal("a key of a dictionary is no text");
            }
            if (target.items().put(key.value(), keysAndValues.get(index + 1)) != null) {
                throw refusal("a dictionary has the key " + Quoted.name(key.value()) + " twice");
            }
        }
    }

    private void memorize(int index) {
        memo.put(index, peek());
    }

    private PickledValue recall(int index) {
        PickledValue value = memo.get(index);
        if (value == null) {
            throw refusal("it recalls value " + Integer.toUnsignedString(index) + ", which it has not stored");
        }
        return value;
    }

    private PickledValue peek() {
        if (stack.isEmpty() || stack.get(stack.size() - 1) == Mark.MARK) {
            throw refusal("it takes a value where there is none");
        }
        return stack.get(stack.size() - 1);
    }

    private PickledValue pop() {
        PickledValue top = peek();
        stack.remove(stack.size() - 1);
        return top;
    }

    private List<PickledValue> popMany(int count) {
        List<PickledValue> values = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            values.add(0, pop());
        }
        return values;
    }

    private List<PickledValue> popToMark() {
        int mark = stack.size() - 1;
        while (mark >= 0 && stack.get(mark) != Mark.MARK) {
            mark--;
        }
        if (mark < 0) {
            throw refusal("it closes a group that it did not open");
        }
        List<PickledValue> values = List.copyOf(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return values;
    }

    private int next() {
        return Byte.toUnsignedInt(bytes.get());
    }

    private String line() {
        int start = bytes.position();
        int end = start;
        while (next() != '\n') {
            end++;
        }
        return decode(start, end - start);
    }

    private String text(int byteCount) {
        int start = bytes.position();
        if (byteCount < 0 || byteCount > bytes.remaining()) {
            throw refusal("a text claims " + Integer.toUnsignedString(byteCount) + " bytes, " + bytes.remaining()
                    + " are left");
        }
        bytes.position(start + byteCount);
        return decode(start, byteCount);
    }

    private String decode(int start, int byteCount) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.array(), start, byteCount))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refusal("a text is no UTF-8", e);
        }
    }

    private ModelFilesException refusal(String why) {
        return new ModelFilesException(message(why));
    }

    private ModelFilesException refusal(String why, Throwable cause) {
        return new ModelFilesException(message(why), cause);
    }

    private String message(String why) {
        return "The checkpoint '" + origin + "' is refused at byte " + bytes.position() + " of its pickle: " + why
                + "; save a plain dictionary of float32, bfloat16 or float16 tensors with torch.save or as safetensors";
    }
}

"""Chat templates in the manner of well-known model families, each with a set of conversations."""

SYSTEM = {"role": "system", "content": "Be brief."}
ASK = {"role": "user", "content": "What is in the picture?"}
ANSWER = {"role": "assistant", "content": "A cat."}
MORE = {"role": "user", "content": " And its colour?\n"}

IMAGE_ASK = {
    "role": "user",
    "content": [{"type": "image"}, {"type": "text", "text": "What is in the picture?"}],
}
TEXT_FIRST = {
    "role": "user",
    "content": [{"type": "text", "text": "Compare "}, {"type": "image"}, {"type": "text", "text": " with "}, {"type": "image", "image": "b.png"}],
}
PART_SYSTEM = {"role": "system", "content": [{"type": "text", "text": "Be brief."}]}
PART_ANSWER = {"role": "assistant", "content": [{"type": "text", "text": "A cat."}]}
PART_MORE = {"role": "user", "content": [{"type": "text", "text": "Its colour?"}]}

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather at a \"place\" <now>",
            "parameters": {
                "type": "object",
                "properties": {"place": {"type": "string", "description": "Ört"}, "days": {"type": "integer", "default": 3}},
                "required": ["place"],
            },
        },
    }
]
TOOL_CALL = {
    "role": "assistant",
    "content": "",
    "tool_calls": [{"id": "abc123xyz", "type": "function", "function": {"name": "weather", "arguments": {"place": "Ulm", "days": 2}}}],
}
TOOL_CALL_TEXT = {
    "role": "assistant",
    "content": "Let me look.",
    "tool_calls": [{"function": {"name": "weather", "arguments": '{"place": "Ulm"}'}}],
}
TOOL_RESULT = {"role": "tool", "tool_call_id": "abc123xyz", "name": "weather", "content": '{"degrees": 21.5}'}
SILENT_CALL = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"type": "function", "function": {"name": "weather", "arguments": '{"place": "Ulm"}'}}],
}
THOUGHT = {"role": "assistant", "content": "<think>\nHm, let me see.\n</think>\n\nA cat."}

STRING_CHATS = {
    "question": [ASK],
    "system": [SYSTEM, ASK],
    "turns": [ASK, ANSWER, MORE],
    "system and turns": [SYSTEM, ASK, ANSWER, MORE],
    "no reply wanted": [ASK, ANSWER],
}
PART_CHATS = {
    "image": [IMAGE_ASK],
    "two images": [TEXT_FIRST],
    "system": [PART_SYSTEM, IMAGE_ASK],
    "turns": [IMAGE_ASK, PART_ANSWER, PART_MORE],
    "text only": [PART_MORE],
}
TOOL_CHATS = {
    "tools": ([ASK], TOOLS),
    "tool round": ([SYSTEM, ASK, TOOL_CALL, TOOL_RESULT], TOOLS),
    "two results": ([ASK, TOOL_CALL_TEXT, TOOL_RESULT, TOOL_RESULT, ANSWER, MORE], TOOLS),
    "no tools": ([ASK, THOUGHT, MORE], None),
}

QWEN2_VL = """{% set seen = namespace(pictures=0, films=0) %}
{% for turn in messages %}
  {% if loop.index0 == 0 and turn.role != 'system' %}
<|im_start|>system
You answer questions about pictures.<|im_end|>
  {% endif %}
<|im_start|>{{ turn.role }}
{% if turn.content is string %}{{ turn.content }}{% else %}
    {%- for piece in turn.content -%}
        {%- if 'image' in piece or 'image_url' in piece or piece.type == 'image' -%}
            {%- set seen.pictures = seen.pictures + 1 -%}
            {{ 'Picture %d: ' % seen.pictures if add_vision_id }}<|vision_start|><|image_pad|><|vision_end|>
        {%- elif 'video' in piece or piece.type == 'video' -%}
            {%- set seen.films = seen.films + 1 -%}
            {{ 'Video %d: ' % seen.films if add_vision_id }}<|vision_start|><|video_pad|><|vision_end|>
        {%- elif piece.text is defined -%}
            {{ piece.text }}
        {%- endif -%}
    {%- endfor -%}
{% endif %}<|im_end|>
{% endfor %}
{% if add_generation_prompt %}
<|im_start|>assistant
{% endif %}"""

QWEN3 = """{%- set opened = '<|im_start|>' -%}
{%- set closed = '<|im_end|>\\n' -%}
{%- set advice = messages[0].content if messages and messages[0].role == 'system' else none -%}
{%- if tools -%}
    {{- opened ~ 'system\\n' ~ (advice ~ '\\n\\n' if advice is not none) ~ '# Tools\\nOne signature per line, in <tools>:\\n<tools>' -}}
    {%- for tool in tools %}{{ '\\n' ~ (tool | tojson) }}{% endfor -%}
    {{- '\\n</tools>\\nTo use one, write\\n<tool_call>\\n{"name": …, "arguments": …}\\n</tool_call>' ~ closed -}}
{%- elif advice is not none -%}
    {{- opened ~ 'system\\n' ~ advice ~ closed -}}
{%- endif -%}
{%- set state = namespace(question=-1) -%}
{%- for turn in messages[::-1] -%}
    {%- set place = messages | length - loop.index -%}
    {%- set reply = turn.content is string and turn.content.startswith('<tool_response>') and turn.content.endswith('</tool_response>') -%}
    {%- if state.question < 0 and turn.role == 'user' and not reply -%}
        {%- set state.question = place -%}
    {%- endif -%}
{%- endfor -%}
{%- for turn in messages -%}
    {%- set said = turn.content if turn.content is string else '' -%}
    {%- if turn.role == 'assistant' -%}
        {%- set thought = turn.reasoning_content if turn.reasoning_content is string else '' -%}
        {%- if not thought and '</think>' in said -%}
            {%- set pieces = said.split('</think>') -%}
            {%- set thought = pieces[0].split('<think>')[-1].strip('\\n') -%}
            {%- set said = pieces[-1].lstrip('\\n') -%}
        {%- endif -%}
        {{- opened ~ 'assistant\\n' -}}
        {%- if loop.index0 > state.question and (thought or loop.last) -%}
            {{- '<think>\\n' ~ thought ~ '\\n</think>\\n\\n' -}}
        {%- endif -%}
        {{- said -}}
        {%- for call in turn.tool_calls or [] -%}
            {%- set call = call.function if call.function is defined else call -%}
            {{- ('\\n' if said or not loop.first else '') ~ '<tool_call>\\n{"name": "' ~ call.name ~ '", "arguments": ' -}}
            {{- call.arguments if call.arguments is string else call.arguments | tojson -}}
            {{- '}\\n</tool_call>' -}}
        {%- endfor -%}
        {{- closed -}}
    {%- elif turn.role == 'tool' -%}
        {%- if loop.previtem is undefined or loop.previtem.role != 'tool' %}{{ opened ~ 'user' }}{% endif -%}
        {{- '\\n<tool_response>\\n' ~ said ~ '\\n</tool_response>' -}}
        {%- if loop.nextitem is undefined or loop.nextitem.role != 'tool' %}{{ closed }}{% endif -%}
    {%- elif turn.role == 'user' or not loop.first -%}
        {{- opened ~ turn.role ~ '\\n' ~ said ~ closed -}}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{- opened ~ 'assistant\\n' ~ ('<think>\\n\\n</think>\\n\\n' if enable_thinking is defined and enable_thinking is false) -}}
{%- endif -%}"""

LLAVA_HF = """{% for turn in messages %}{# pictures, then words, whatever their order #}{{ turn['role'].upper() ~ ': ' if turn['role'] != 'system' }}{% for picture in turn['content'] | selectattr('type', 'equalto', 'image') %}<image>
{% endfor %}{% for words in turn['content'] | selectattr('type', 'equalto', 'text') %}{% if turn['role'] == 'assistant' %}{% generation %}{{ words['text'] }} {% endgeneration %}{% else %}{{ words['text'] }} {% endif %}{% endfor %}{% endfor %}{{ 'ASSISTANT:' if add_generation_prompt }}"""

LLAMA3 = """{{- bos_token }}
{%- set today = date_string | default(strftime_now('%d %b %Y') if strftime_now is defined else '1 Jan 2024') %}
{%- set with_question = tools_in_user_message | default(true) %}
{%- macro head(role) %}{{ '<|start_header_id|>' ~ role ~ '<|end_header_id|>\\n\\n' }}{% endmacro %}
{%- macro signatures() %}{% for tool in tools %}{{ (tool | tojson(indent=4)) ~ '\\n\\n' }}{% endfor %}{% endmacro %}
{%- set rest = messages %}
{%- set advice = '' %}
{%- if messages and messages[0]['role'] == 'system' %}
    {%- set advice, rest = messages[0]['content'] | trim, messages[1:] %}
{%- endif %}
{{- head('system') }}
{%- if tools is not none and tools is defined %}
    {{- 'Environment: ipython\\n' }}
{%- endif %}
{{- 'Today: ' + today + '\\n\\n' }}
{%- if tools and not with_question %}
    {{- signatures() }}
{%- endif %}
{{- advice ~ '<|eot_id|>' }}
{%- if tools and with_question %}
    {%- if rest | count == 0 %}
        {{- raise_exception('The tools go before the first question, and there is none') }}
    {%- endif %}
    {{- head('user') ~ signatures() ~ rest[0]['content'] | trim ~ '<|eot_id|>' }}
    {%- set rest = rest[1:] %}
{%- endif %}
{%- for turn in rest %}
    {%- if turn.role in ('tool', 'ipython') %}
        {{- head('ipython') ~ (turn.content | tojson if turn.content is mapping or turn.content is iterable else turn.content) ~ '<|eot_id|>' }}
    {%- elif 'tool_calls' in turn %}
        {%- if turn.tool_calls | length > 1 %}
            {{- raise_exception('One tool at a time') }}
        {%- endif %}
        {%- set call = (turn.tool_calls | first).function %}
        {{- head('assistant') ~ '{"name": "' ~ call.name ~ '", "parameters": ' ~ call.arguments | tojson ~ '}<|eot_id|>' }}
    {%- else %}
        {{- head(turn['role']) ~ turn['content'] | trim ~ '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- head('assistant') }}
{%- endif %}
"""

MISTRAL = """{%- set advice = messages[0].content if messages[0].role == 'system' else '' -%}
{%- set turns = messages[1:] if messages[0].role == 'system' else messages -%}
{%- set questions = turns | selectattr('role', 'equalto', 'user') | list -%}
{%- set order = namespace(count=0) -%}
{%- for turn in turns if turn.role in ['user', 'assistant'] and not turn.tool_calls -%}
    {%- if (turn.role == 'user') != (order.count is even) -%}
        {{- raise_exception('A question and an answer have to take turns') -}}
    {%- endif -%}
    {%- set order.count = order.count + 1 -%}
{%- endfor -%}
{{- bos_token -}}
{%- for turn in turns -%}
    {%- if turn.role == 'user' -%}
        {%- if tools and turn == questions[-1] -%}
            {{- '[AVAILABLE_TOOLS] [' -}}
            {%- for tool in tools -%}
                {{- '{"type": "function", "function": {' -}}
                {%- for name, entry in tool.function.items() if name != 'return' -%}
                    {{- '"%s": ' | format(name) ~ ('"' ~ entry ~ '"' if entry is string else entry | tojson) ~ (', ' if not loop.last) -}}
                {%- endfor -%}
                {{- '}}' ~ (']' if loop.last else ', ') -}}
            {%- endfor -%}
            {{- '[/AVAILABLE_TOOLS]' -}}
        {%- endif -%}
        {{- '[INST] ' ~ (advice ~ '\\n\\n' if loop.last and advice) ~ turn.content ~ '[/INST]' -}}
    {%- elif turn.tool_calls -%}
        {{- '[TOOL_CALLS] [' -}}
        {%- for call in turn.tool_calls -%}
            {%- if call.id is undefined or call.id | length != 9 -%}
                {{- raise_exception('A tool call needs an id of nine letters or digits') -}}
            {%- endif -%}
            {{- (call.function | tojson)[:-1] ~ ', "id": "' ~ call.id ~ '"}' ~ (', ' if not loop.last else ']' ~ eos_token) -}}
        {%- endfor -%}
    {%- elif turn.role == 'assistant' -%}
        {{- ' ' + turn.content | trim + eos_token -}}
    {%- elif turn.role == 'tool' -%}
        {%- set result = turn.content.content if turn.content.content is defined else turn.content -%}
        {{- '[TOOL_RESULTS] {"content": ' + result | string + ', "call_id": "' + turn.tool_call_id + '"}[/TOOL_RESULTS]' -}}
    {%- else -%}
        {{- raise_exception('There is no role ' ~ turn.role) -}}
    {%- endif -%}
{%- endfor -%}"""

CHATML = """{% for turn in messages %}{{ '<|im_start|>' + turn['role'] + '\\n' + turn['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt is defined and add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""

GEMMA = """{{ bos_token }}
{%- set first = messages[0] -%}
{%- set preface = '' -%}
{%- set turns = messages -%}
{%- if first['role'] == 'system' -%}
    {%- set preface = (first['content'] if first['content'] is string else first['content'][0]['text']) ~ '

' -%}
    {%- set turns = messages[1:] -%}
{%- endif -%}
{%- for turn in turns -%}
    {%- if turn['role'] != ['user', 'assistant'][loop.index0 % 2] -%}
        {{ raise_exception('Questions and answers have to alternate, beginning with a question') }}
    {%- endif -%}
    <start_of_turn>{{ 'model' if turn['role'] == 'assistant' else turn['role'] }}
{{ preface if loop.first }}
    {%- if turn['content'] is string -%}
        {{ turn['content'] | trim }}
    {%- elif turn['content'] is iterable -%}
        {%- for piece in turn['content'] -%}
            {{ '<start_of_image>' if piece['type'] == 'image' else piece['text'] | trim }}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception('This is no content') }}
    {%- endif -%}
    <end_of_turn>
{% endfor -%}
{{ '<start_of_turn>model
' if add_generation_prompt }}"""

PHI = """{% for turn in messages %}{% if turn.role in ['system', 'user', 'assistant'] and turn.content %}{{ '<|' ~ turn.role ~ '|>
' ~ turn.content ~ '<|end|>
' }}{% endif %}{% endfor %}{{ '<|assistant|>
' if add_generation_prompt else eos_token }}"""

SMOLVLM = """<|im_start|>{% for turn in messages %}{{ turn.role | capitalize ~ ':' ~ (' ' if turn.content[0].type != 'image') }}{% for piece in turn.content %}{% if piece.type == 'image' %}<image>{% elif piece.type == 'text' %}{{ piece.text }}{% endif %}{% endfor %}<end_of_utterance>
{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"""

DEEPSEEK = """{%- set memo = namespace(advice='', in_tools=false, calls=0) -%}
{%- for turn in messages if turn.role == 'system' -%}{%- set memo.advice = turn.content -%}{%- endfor -%}
{{- bos_token ~ memo.advice -}}
{%- for turn in messages -%}
    {%- if turn.role == 'tool' -%}
        {{- ('\\n' if memo.in_tools else '<｜tool▁outputs▁begin｜>') ~ turn.content -}}
        {%- set memo.in_tools = true -%}
        {%- continue -%}
    {%- endif -%}
    {%- if memo.in_tools %}{{ '<｜tool▁outputs▁end｜>' }}{% set memo.in_tools = false %}{% endif -%}
    {%- if turn.role == 'user' -%}
        {{- '<｜User｜>' + turn.content -}}
    {%- elif turn.role == 'assistant' and turn.content is none -%}
        {%- for call in turn.tool_calls -%}
            {%- set memo.calls = memo.calls + 1 -%}
            {{- '<｜tool▁call▁begin｜>' ~ call.type ~ '\\n```json\\n' ~ call.function.arguments ~ '\\n```' -}}
        {%- endfor -%}
    {%- elif turn.role == 'assistant' -%}
        {{- '<｜Assistant｜>' ~ turn.content.split('</think>')[-1] ~ '<｜end▁of▁sentence｜>' -}}
    {%- endif -%}
{%- endfor -%}
{{- '<｜tool▁outputs▁end｜>' if memo.in_tools else '<｜Assistant｜><think>\\n' if add_generation_prompt -}}"""

# Macros that render parts, and types of tool parameters spelled out, as models trained on many tools have them.
MACROS = """{%- macro part(item) -%}
    {%- if item is string -%}{{ item }}
    {%- elif item.type == 'image' -%}<img>
    {%- elif item.type == 'text' -%}{{ item.text }}
    {%- endif -%}
{%- endmacro -%}
{%- macro kind(spec, name, deep=false) -%}
    {%- if spec.type == 'object' -%}
{
        {%- for key, value in spec.properties | dictsort -%}
            {{ ', ' if not loop.first }}{{ key }}{{ '?' if key not in (spec.required or []) }}: {{ kind(value, key, deep=true) }}
        {%- endfor -%}
}
    {%- elif spec.type == 'integer' -%}int{{ ' = ' ~ spec.default if spec.default is defined }}
    {%- else -%}{{ spec.type | default('any', true) }}{% if spec.description and deep %} // {{ spec.description | title }}{% endif %}
    {%- endif -%}
{%- endmacro -%}
{%- for tool in tools or [] -%}
tool {{ tool.function.name }}({{ kind(tool.function.parameters, 'parameters') }})
{% endfor -%}
{%- for message in messages -%}
    <{{ message.role }}>
    {%- if message.content is string -%}{{ part(message.content) }}
    {%- else -%}{%- for item in message.content or [] -%}{{ part(item) }}{%- endfor -%}
    {%- endif -%}
    {%- for call in message.tool_calls | default([]) -%}
        {%- set arguments = call.function.arguments -%}
        ({{ call.function.name }}{% if arguments is mapping %}{% for key, value in arguments.items() %} {{ key }}={{ value | tojson if value is not string else value }}{% endfor %}{% else %} {{ arguments }}{% endif %})
    {%- endfor -%}
</{{ message.role }}>
{% endfor -%}
{%- if add_generation_prompt %}<assistant>{% endif -%}"""


def _cases():
    tokens = {"bos_token": "<s>", "eos_token": "</s>"}
    string_families = {
        "ChatML": CHATML,
        "Llama 3": LLAMA3,
        "Mistral": MISTRAL,
        "Gemma 3": GEMMA,
        "Phi 3": PHI,
        "DeepSeek": DEEPSEEK,
        "Qwen2-VL": QWEN2_VL,
        "Qwen3": QWEN3,
    }
    for family, template in string_families.items():
        for chat, messages in STRING_CHATS.items():
            prompt = chat != "no reply wanted"
            yield (
                f"{family}, strings, {chat}",
                template,
                {"messages": messages, "add_generation_prompt": prompt, **tokens},
            )
    part_families = {
        "Qwen2-VL": QWEN2_VL,
        "LLaVA": LLAVA_HF,
        "SmolVLM": SMOLVLM,
        "Gemma 3": GEMMA,
        "Macros": MACROS,
    }
    for family, template in part_families.items():
        for chat, messages in PART_CHATS.items():
            yield (
                f"{family}, parts, {chat}",
                template,
                {"messages": messages, "add_generation_prompt": True, **tokens},
            )
    yield (
        "Qwen2-VL, parts, numbered pictures",
        QWEN2_VL,
        {"messages": [TEXT_FIRST, PART_ANSWER, IMAGE_ASK], "add_generation_prompt": True, "add_vision_id": True},
    )
    for family, template in {"Qwen3": QWEN3, "Llama 3": LLAMA3, "Mistral": MISTRAL, "Macros": MACROS}.items():
        for chat, (messages, tools) in TOOL_CHATS.items():
            if family == "Mistral" and chat in ("two results", "tool round"):
                continue
            yield (
                f"{family}, {chat}",
                template,
                {"messages": messages, "tools": tools, "add_generation_prompt": True, **tokens},
            )
    yield (
        "Mistral, tool round with identifiers",
        MISTRAL,
        {"messages": [ASK, TOOL_CALL, TOOL_RESULT, ANSWER, MORE], "tools": TOOLS, **tokens},
    )
    yield (
        "DeepSeek, tool round",
        DEEPSEEK,
        {"messages": [SYSTEM, ASK, SILENT_CALL, TOOL_RESULT, TOOL_RESULT, THOUGHT, MORE], "add_generation_prompt": True, **tokens},
    )
    yield (
        "DeepSeek, tool result last",
        DEEPSEEK,
        {"messages": [ASK, SILENT_CALL, TOOL_RESULT], "add_generation_prompt": True, **tokens},
    )
    yield (
        "Qwen3, thinking off",
        QWEN3,
        {"messages": [SYSTEM, ASK], "add_generation_prompt": True, "enable_thinking": False},
    )
    yield (
        "Llama 3, tools in the system message",
        LLAMA3,
        {"messages": [SYSTEM, ASK], "tools": TOOLS, "tools_in_user_message": False, **tokens},
    )
    yield ("fails: Mistral, two questions", MISTRAL, {"messages": [ASK, ASK], **tokens})
    yield ("fails: Mistral, short identifier", MISTRAL, {"messages": [ASK, TOOL_CALL_TEXT], **tokens})
    yield ("fails: Gemma 3, answer first", GEMMA, {"messages": [ANSWER, ASK], **tokens})
    yield ("fails: Llama 3, tools without a question", LLAMA3, {"messages": [SYSTEM], "tools": TOOLS, **tokens})
    yield ("fails: ChatML, parts", CHATML, {"messages": [IMAGE_ASK]})


FAMILIES = list(_cases())

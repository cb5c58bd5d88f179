"""What is made: base configurations, modules, pictures and cases of each folder."""

from dataclasses import dataclass, field

import build

QWEN_LAYOUT = [("visual.", "visual."), ("lm_head.", "lm_head."), ("lm.", "model.")]
QWEN_NEW_LAYOUT = [("visual.", "model.visual."), ("lm_head.", "lm_head."), ("lm.", "model.language_model.")]
LLAVA_NEW_LAYOUT = [("visual.", "model.vision_tower."), ("projector.", "model.multi_modal_projector."),
                    ("lm_head.", "lm_head."), ("lm.", "model.language_model.")]


@dataclass
class ModuleSpec:
    config: dict
    dtype: str = "float32"
    quiet: bool = False  # small inputs of the norms, so that their eps shows
    views: bool = False  # odd strides and offsets in the .pt file
    constant: float = None  # every logit has this value


@dataclass
class Case:
    title: str
    module: str
    content: list  # of the user message: text, or the name of a picture
    settings: dict = field(default_factory=dict)
    shows: str = None  # what the answers must show, see Maker.check

    def request(self, llava, steps, system):
        parts = [{"type": "image", "image": part} if part.endswith(".png") else {"type": "text", "text": part}
                 for part in self.content]
        messages = [{"role": "user", "content": parts}]
        if system:
            messages.insert(0, {"role": "system", "content": [{"type": "text", "text": system}]})
        request = {"title": self.title, "messages": messages}
        if llava:
            request |= {"prompt_format": "vicuna_v1", "image_aspect_ratio": "pad"}
        request |= {"glimpse_module": self.module, "reduce_threshold": 0.5, "max_remain_ratio": None,
                    "min_remain_num": 1, "anchor_positions": [], "max_new_tokens": steps, "do_sample": False,
                    "repetition_penalty": 1.0}
        return request | self.settings


@dataclass
class Family:
    folder: str
    family: str
    source: str  # the shared folder whose tokenizer, template and processor files are used
    config: dict
    module_config: dict
    modules: dict
    pictures: dict  # name -> (width, height)
    cases: list
    layout: list
    processor: dict  # changes to preprocessor_config.json
    generation: dict
    dtype: str = "float32"
    shards: int = 1
    template: str = "chat_template.json"
    embedding_std: float = 0.15
    tower_gain: float = 0.05
    steps: int = 3
    system: str = None  # a short one keeps the recorded tensors small
    own_thresholds: bool = False  # cases get a threshold near the middle of their logits
    # In turn: (case, answer, step, id). The id takes over the head's row of what the answer has at that step.
    head: list = field(default_factory=list)

    def text_config(self):
        return self.config | self.config.get("text_config", {})

    def weights(self, source):
        text, vision = self.text_config(), self.config["vision_config"]
        qwen = self.family == "qwen2_5_vl"
        tied = self.config.get("tie_word_embeddings", False)
        tensors = build.language_model(source, text, self.embedding_std, tied, bias=qwen)
        make_tower = build.qwen_tower if qwen else build.clip_tower
        if not tied:  # special ids, and in LLaVA single bytes, are rare in the answers
            tensors["lm_head.weight"][700 if qwen else 512:] *= 0.3
            if not qwen:
                tensors["lm_head.weight"][:259] *= 0.6
        return tensors | make_tower(source, vision, text["hidden_size"], self.tower_gain)


RECIPE = {"use_attention_logits": True, "le_length": 1, "le_norm_type": "rmsnorm", "le_dropout_prob": 0.0,
          "attn_fuse_type": "AttnFuserV1", "attn_fuse_size": 8, "visual_cond_size": 8, "attn_fuse_num_heads": 2,
          "attn_fuse_hidden_act": "silu", "attn_fuse_global": True, "ori_attn_supervision": False,
          "deep_supervision": False, "reduce_threshold": 0.5, "max_remain_ratio": None, "min_remain_num": 1,
          "anchor_positions": [], "use_ref_masks": False, "use_zero_masks": False}


def qwen_modules(layers):
    """Modules of the first Qwen folder; each differs from the recipe in what its name says."""
    recipe = RECIPE | {"selected_layers": [2], "reduce_layer": 2, "le_layers": list(range(layers)),
                       "selected_visual_layers": [2, 0]}
    return {
        "glimpse": ModuleSpec(recipe, "float16", quiet=True),
        "glimpse-logsoftmax": ModuleSpec(recipe | {"use_attention_logits": False}, "bfloat16", quiet=True),
        "glimpse-two-layers": ModuleSpec(recipe | {"selected_layers": [2, 0]}, "float16"),
        "glimpse-no-token": ModuleSpec(recipe | {"le_length": 0}),
        "glimpse-no-layers": ModuleSpec(recipe | {"le_layers": []}, "bfloat16"),
        "glimpse-last-layer": ModuleSpec(recipe | {"selected_layers": [layers - 1], "reduce_layer": layers - 1},
                                         "bfloat16"),
        "glimpse-late": ModuleSpec(recipe | {"selected_layers": [1], "reduce_layer": 1000}, "float16"),
        "glimpse-v2": ModuleSpec(recipe | {"attn_fuse_type": "AttnFuserV2"}, "bfloat16"),
        "glimpse-dummy": ModuleSpec(recipe | {"attn_fuse_type": "AttnFuserDummy", "le_layers": [0]}, "bfloat16"),
        "glimpse-dummy-log": ModuleSpec(recipe | {"attn_fuse_type": "AttnFuserDummy", "le_layers": [0],
                                                  "use_attention_logits": False}, "float16"),
        "glimpse-deep": ModuleSpec(recipe | {"deep_supervision": True, "ori_attn_supervision": True}, "bfloat16"),
        "glimpse-window": ModuleSpec(recipe | {"attn_fuse_global": False}, "float16"),
        "glimpse-three-tokens": ModuleSpec(recipe | {"le_length": 3, "le_layers": [0, 2],
                                                     "use_attention_logits": False}, "bfloat16", views=True),
        "glimpse-layernorm": ModuleSpec(recipe | {"le_norm_type": "layernorm"}, "bfloat16", quiet=True, views=True),
        "glimpse-constant": ModuleSpec(recipe | {"le_layers": [0]}, "float16", constant=0.3),
    }


def qwen_variants():
    layers = 4
    text = {"hidden_size": 96, "intermediate_size": 48, "num_hidden_layers": layers, "num_attention_heads": 6,
            "num_key_value_heads": 3, "hidden_act": "silu", "rms_norm_eps": 1e-05, "attention_dropout": 0.0,
            "max_position_embeddings": 128000, "vocab_size": 724, "sliding_window": None, "use_sliding_window": False,
            "use_cache": True, "bos_token_id": 700, "eos_token_id": 702}
    vision = {"model_type": "qwen2_5_vl", "depth": 3, "fullatt_block_indexes": [2], "hidden_act": "silu",
              "hidden_size": 16, "intermediate_size": 24, "num_heads": 2, "in_channels": 3, "out_hidden_size": 96,
              "patch_size": 14, "spatial_merge_size": 2, "temporal_patch_size": 2, "tokens_per_second": 2,
              "window_size": 56}
    ids = {"image_token_id": 712, "video_token_id": 713, "vision_start_token_id": 709, "vision_end_token_id": 710,
           "vision_token_id": 711}
    rope = {"mrope_section": [2, 3, 3], "rope_type": "default"}
    config = {"architectures": ["Qwen2_5_VLForConditionalGeneration"], "model_type": "qwen2_5_vl", "dtype": "float32",
              "tie_word_embeddings": True, **ids,
              "text_config": text | {"model_type": "qwen2_5_vl_text", "dtype": "float32",
                                     "rope_parameters": rope | {"rope_theta": 10000.0}},
              "vision_config": vision}
    module_config = text | ids | {"model_type": "qwen2_5_vl_gp", "rope_theta": 10000.0, "rope_scaling": rope,
                                  "tie_word_embeddings": True, "torch_dtype": "float32", "vision_config": vision,
                                  "architectures": ["Qwen2_5_VLForConditionalGeneration"]}
    one, two = ["p.png", "Who?"], ["p.png", "and", "q.png", "?"]
    cases = [
        Case("as the recipe: raw scores, one layer, whole image", "glimpse", one, {"max_new_tokens": 6}),
        Case("anchors tl and br only", "glimpse", one, {"anchor_positions": ["tl", "br"], "reduce_threshold": 0.7}),
        Case("cap that gives 0, min_remain_num null: no image token is kept", "glimpse", one,
             {"max_remain_ratio": 0.05, "min_remain_num": None}, "none kept"),
        Case("text only", "glimpse", ["Why?"]),
        Case("use_attention_logits false", "glimpse-logsoftmax", one),
        Case("use_attention_logits false, two images", "glimpse-logsoftmax", two),
        Case("selected_layers [2, 0]", "glimpse-two-layers", one),
        Case("le_length 0", "glimpse-no-token", one),
        Case("le_layers empty", "glimpse-no-layers", one),
        Case("reduce_layer is the last layer", "glimpse-last-layer", one),
        Case("reduce_layer 1000, selected layer 1", "glimpse-late", one),
        Case("AttnFuserV2", "glimpse-v2", one),
        Case("AttnFuserDummy on raw scores, cap 0.25", "glimpse-dummy", one, {"max_remain_ratio": 0.25}),
        Case("AttnFuserDummy on log-softmax, two images, cap 0.4", "glimpse-dummy-log", two, {"max_remain_ratio": 0.4}),
        Case("deep_supervision true, whole image", "glimpse-deep", one),
        Case("window attention, two images", "glimpse-window", two),
        Case("le_length 3, le_layers [0, 2], use_attention_logits false", "glimpse-three-tokens", one),
        Case("layer norm of the glimpse token", "glimpse-layernorm", one),
        Case("equal logits, cap 0.4: the lowest indices stay", "glimpse-constant", one, {"max_remain_ratio": 0.4}),
        Case("equal logits, threshold 0.9, min_remain_num 3: the lowest indices stay", "glimpse-constant", one,
             {"reduce_threshold": 0.9, "min_remain_num": 3}),
    ]
    return Family("qwen2_5_vl-variants", "qwen2_5_vl", "qwen2_5_vl-tiny", config, module_config, qwen_modules(layers),
                  {"p.png": (84, 56), "q.png": (28, 56)}, cases, QWEN_NEW_LAYOUT,
                  {"min_pixels": None, "max_pixels": None, "size": {"shortest_edge": 1568, "longest_edge": 9408}},
                  {"bos_token_id": 700, "eos_token_id": 702, "pad_token_id": 700}, shards=3,
                  template="chat_template.jinja", system="Hi", steps=2)


def qwen_bfloat16():
    """Old file layout, weights and modules in bfloat16; picture sizes, repetition penalty, stop ids."""
    base = {"hidden_size": 48, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 3,
            "num_key_value_heads": 1, "hidden_act": "silu", "rms_norm_eps": 1e-06, "attention_dropout": 0.0,
            "max_position_embeddings": 128000, "vocab_size": 724, "sliding_window": 32768, "use_sliding_window": False,
            "max_window_layers": 3, "use_cache": True, "bos_token_id": 700, "eos_token_id": 702,
            "rope_theta": 500000.0, "rope_scaling": {"type": "mrope", "mrope_section": [4, 2, 2]},
            "tie_word_embeddings": False, "torch_dtype": "bfloat16", "image_token_id": 712, "video_token_id": 713,
            "vision_start_token_id": 709, "vision_end_token_id": 710, "vision_token_id": 711,
            "architectures": ["Qwen2_5_VLForConditionalGeneration"],
            "vision_config": {"depth": 2, "fullatt_block_indexes": [0], "hidden_act": "silu", "hidden_size": 16,
                              "intermediate_size": 24, "num_heads": 2, "in_chans": 3, "out_hidden_size": 48,
                              "patch_size": 14, "spatial_patch_size": 14, "spatial_merge_size": 2,
                              "temporal_patch_size": 2, "tokens_per_second": 2, "window_size": 84,
                              "model_type": "qwen2_5_vl"}}
    recipe = RECIPE | {"selected_layers": [1], "reduce_layer": 1, "le_layers": [0, 1, 2],
                       "selected_visual_layers": [1, 0]}
    required = ["selected_layers", "selected_visual_layers", "attn_fuse_size"]
    modules = {"glimpse": ModuleSpec(recipe, "bfloat16", quiet=True),
               "glimpse-float32": ModuleSpec(recipe | {"attn_fuse_global": False, "attn_fuse_hidden_act": "gelu",
                                                       "visual_cond_size": 24, "attn_fuse_num_heads": 1}, "float32"),
               "glimpse-defaults": ModuleSpec({key: recipe[key] for key in required} | {"visual_cond_size": 24},
                                              "float16")}
    pictures = {"even42x70.png": (42, 70), "even98x28.png": (98, 28), "large.png": (160, 130), "small.png": (30, 31),
                "wide.png": (240, 60), "thin.png": (168, 29)}
    base_picture = "small.png"

    def sized(name, title):
        return Case(title, "glimpse", [name, "Who?"])

    cases = [
        sized("even42x70.png", "42 x 70: half to even, 56 x 56"),
        sized("even98x28.png", "98 x 28: half to even, 112 x 28"),
        sized("large.png", "160 x 130, above max_pixels: 56 x 56"),
        sized("small.png", "30 x 31, below min_pixels: 56 x 56"),
        sized("wide.png", "240 x 60, above max_pixels: 112 x 28"),
        sized("thin.png", "168 x 29, above max_pixels: the floor gives 0, 28 is used instead; the release refuses it"),
        Case("module in float32 on weights in bfloat16: window attention, gelu, one head, condition wider than the"
             " predictor, two images", "glimpse-float32", ["even98x28.png", "and", "even42x70.png", "?"]),
        Case("module file without the fields that have a default", "glimpse-defaults", ["even42x70.png", "Who?"]),
        Case("stop id after two ids of the pruned answer", "glimpse", ["even98x28.png", "Where?"],
             {"max_new_tokens": 6}, "stop"),
        Case("the answer has the image id, no penalty", "glimpse", [base_picture, "Why?"], {}, "image id"),
        Case("repetition penalty 1.5: the image id was seen", "glimpse", [base_picture, "Why?"],
             {"repetition_penalty": 1.5}, "penalty"),
        Case("repetition penalty 1.5, no image token kept: the cut prompt has no image id, the penalty still sees it",
             "glimpse", [base_picture, "Why?"],
             {"repetition_penalty": 1.5, "max_remain_ratio": 0.1, "min_remain_num": None}, "penalty cut"),
    ]
    return Family("qwen2_5_vl-bfloat16", "qwen2_5_vl", "qwen2_5_vl-tiny", base | {"model_type": "qwen2_5_vl"},
                  base | {"model_type": "qwen2_5_vl_gp"}, modules, pictures, cases, QWEN_LAYOUT,
                  {"min_pixels": 1568, "max_pixels": 3920, "size": {"shortest_edge": 1568, "longest_edge": 3920}},
                  {"bos_token_id": 700, "eos_token_id": [702, 700], "pad_token_id": 700}, dtype="bfloat16",
                  system="Hi", own_thresholds=True, head=[("010", "pruned", 1, 712), ("009", "pruned", 2, 702)])


def llava_float16():
    """New key prefixes, a tower without its inner prefix, weights in float16, other activation, eps and theta."""
    text = {"hidden_size": 32, "intermediate_size": 56, "num_hidden_layers": 4, "num_attention_heads": 2,
            "num_key_value_heads": 2, "hidden_act": "silu", "rms_norm_eps": 1e-06, "attention_bias": False,
            "attention_dropout": 0.0, "mlp_bias": False, "max_position_embeddings": 4096, "vocab_size": 516,
            "use_cache": True, "pretraining_tp": 1}
    config = {"architectures": ["LlavaForConditionalGeneration"], "model_type": "llava", "dtype": "float16",
              "image_seq_length": 16, "image_token_id": 512, "pad_token_id": 513, "multimodal_projector_bias": True,
              "projector_hidden_act": "gelu", "tie_word_embeddings": False, "vision_feature_layer": -2,
              "vision_feature_select_strategy": "default",
              "text_config": text | {"model_type": "llama", "head_dim": 16, "pad_token_id": 513, "dtype": "float16",
                                     "rope_parameters": {"rope_theta": 50000.0, "rope_type": "default"}},
              "vision_config": {"model_type": "clip_vision_model", "hidden_act": "gelu", "hidden_size": 24,
                                "intermediate_size": 40, "image_size": 56, "patch_size": 14, "num_channels": 3,
                                "num_attention_heads": 2, "num_hidden_layers": 4, "layer_norm_eps": 1e-06,
                                "attention_dropout": 0.0, "projection_dim": 24}}
    module_config = text | {
        "model_type": "llava_llama_gp", "rope_theta": 50000.0, "rope_scaling": None, "bos_token_id": 1,
        "eos_token_id": 2, "pad_token_id": 0, "image_aspect_ratio": "pad", "mm_hidden_size": 24,
        "mm_projector_type": "mlp2x_gelu", "mm_use_im_patch_token": False, "mm_use_im_start_end": False,
        "mm_vision_select_feature": "patch", "mm_vision_select_layer": -2, "mm_vision_tower": "tiny-clip-vision-tower",
        "tie_word_embeddings": False, "torch_dtype": "float16"}
    recipe = RECIPE | {"use_attention_logits": False, "selected_layers": [2], "reduce_layer": 2,
                       "le_layers": [0, 1, 2, 3], "selected_visual_layers": [3, 0]}
    recipe.pop("attn_fuse_global")
    modules = {
        "glimpse": ModuleSpec(recipe, "float16", quiet=True),
        "glimpse-two-tokens": ModuleSpec(recipe | {"le_length": 2, "le_layers": [0, 1]}, "bfloat16"),
        "glimpse-flag": ModuleSpec(recipe | {"use_attention_logits": True}, "float16"),
        "glimpse-deep": ModuleSpec(recipe | {"deep_supervision": True, "selected_layers": [3], "reduce_layer": 3},
                                   "bfloat16"),
        "glimpse-late": ModuleSpec(recipe | {"selected_layers": [0], "reduce_layer": 1000}, "float32"),
        "glimpse-dummy": ModuleSpec(recipe | {"attn_fuse_type": "AttnFuserDummy"}, "float16"),
    }
    pictures = {"tall.png": (97, 131), "wide.png": (121, 83), "small.png": (51, 40)}
    crop = {"image_aspect_ratio": "crop"}
    one = ["small.png", "Who?"]
    cases = [
        Case("padding with an odd difference, scaled up", "glimpse", one),
        Case("crop of 97 x 131: the long side 75.6 becomes 75, the offset 9.5 becomes 9", "glimpse",
             ["tall.png", "Who?"], crop),
        Case("crop of 121 x 83: the long side 81.6 becomes 81, the offset 12.5 becomes 12", "glimpse",
             ["wide.png", "Who?"], crop),
        Case("stop id after two ids of the pruned answer", "glimpse", ["small.png", "Why?"],
             {"max_new_tokens": 6}, "stop"),
        Case("two glimpse tokens, le_layers [0, 1]", "glimpse-two-tokens", one),
        Case("use_attention_logits in the module's file has no effect; anchors br and tl, cap 0.2", "glimpse-flag", one,
             {"anchor_positions": ["br", "tl"], "max_remain_ratio": 0.2}),
        Case("deep_supervision true, reduce_layer is the last layer", "glimpse-deep", one),
        Case("reduce_layer 1000, selected layer 0", "glimpse-late", one),
        Case("AttnFuserDummy, cap 0.4", "glimpse-dummy", one, {"max_remain_ratio": 0.4}),
    ]
    return Family("llava-1_5-float16", "llava-1.5", "llava-1_5-tiny", config, module_config, modules, pictures, cases,
                  LLAVA_NEW_LAYOUT,
                  {"size": {"shortest_edge": 56}, "crop_size": {"height": 56, "width": 56}},
                  {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 513}, dtype="float16",
                  template="tokenizer_config.json", embedding_std=0.2, steps=3, own_thresholds=True,
                  head=[("004", "pruned", 2, 2)])


FAMILIES = [qwen_variants, qwen_bfloat16, llava_float16]

/* SPDX-License-Identifier: MIT */
#include "inventory_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * All scalars are strings and read by us: libcyaml takes 010 for 8. The order
 * is that of the manual page, and of the list of keys in a hint.
 */
#define SCALAR(flags, type, member)                                                                \
	CYAML_FIELD_STRING_PTR(#member, (flags), struct type, member, 1, INV_SCALAR_MAX)
#define LIST(type, member, min)                                                                    \
	CYAML_FIELD_SEQUENCE(#member, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct type,       \
			     member, &scalar, (min), CYAML_UNLIMITED)
#define OPTIONAL CYAML_FLAG_OPTIONAL

static const cyaml_schema_value_t scalar = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, INV_SCALAR_MAX),
};

static const cyaml_schema_field_t network_fields[] = {
	LIST(inv_raw_network, cluster, 0),	     SCALAR(OPTIONAL, inv_raw_network, interface),
	SCALAR(OPTIONAL, inv_raw_network, table),    SCALAR(OPTIONAL, inv_raw_network, metric),
	SCALAR(OPTIONAL, inv_raw_network, protocol), SCALAR(OPTIONAL, inv_raw_network, mtu),
	SCALAR(OPTIONAL, inv_raw_network, onlink),   CYAML_FIELD_END,
};

static const cyaml_schema_field_t node_fields[] = {
	SCALAR(0, inv_raw_node, name),		SCALAR(OPTIONAL, inv_raw_node, address),
	LIST(inv_raw_node, addresses, 1),	SCALAR(OPTIONAL, inv_raw_node, subnet),
	LIST(inv_raw_node, subnets, 0),		SCALAR(OPTIONAL, inv_raw_node, interface),
	SCALAR(OPTIONAL, inv_raw_node, metric), SCALAR(OPTIONAL, inv_raw_node, mtu),
	SCALAR(OPTIONAL, inv_raw_node, onlink), CYAML_FIELD_END,
};

static const cyaml_schema_value_t node = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct inv_raw_node, node_fields),
};

static const cyaml_schema_field_t top_fields[] = {
	CYAML_FIELD_MAPPING_PTR("network", OPTIONAL, struct inv_raw, network, network_fields),
	CYAML_FIELD_SEQUENCE_COUNT("nodes", CYAML_FLAG_POINTER, struct inv_raw, nodes, nnodes,
				   &node, 1, INV_NODES_MAX),
	CYAML_FIELD_END,
};

const cyaml_schema_value_t inv_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct inv_raw, top_fields),
};

struct log {
	struct inv_refusal *refusal;
	bool said;
};

static uint32_t number_after(const char *line, const char *word)
{
	const char *at = strstr(line, word);

	return at != NULL ? (uint32_t)strtoul(at + strlen(word), NULL, 10) : 0;
}

/* The first line is the cause; the first with a place in it is the innermost of a backtrace. */
HGW_PRINTF(3, 0)
static void collect(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
	struct log *log = ctx;
	struct inv_refusal *refusal = log->refusal;
	char line[sizeof(refusal->text)];
	const char *text = line;

	(void)level;
	vsnprintf(line, sizeof(line), fmt, args);
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(text, "Load: ", 6) == 0)
		text += 6;
	if (refusal->text[0] == '\0' && strncmp(text, "Backtrace", 9) != 0)
		snprintf(refusal->text, sizeof(refusal->text), "%s", text);
	log->said = true;
	if (refusal->at.line == 0)
		refusal->at = (struct hgw_place){number_after(line, "(line: "),
						 number_after(line, "column: ")};
}

struct inv_raw *inv_parse(const struct inv_input *in, struct inv_arena *arena,
			  struct inv_refusal *refusal)
{
	struct log log = {.refusal = refusal};
	const cyaml_config_t config = {
		.log_fn = collect,
		.log_ctx = &log,
		.mem_fn = inv_arena_mem,
		.mem_ctx = arena,
		.log_level = CYAML_LOG_WARNING,
		.flags = CYAML_CFG_NO_ALIAS,
	};
	cyaml_data_t *data = NULL;
	cyaml_err_t rc = cyaml_load_data((const uint8_t *)in->data, in->len, &config, &inv_schema,
					 &data, NULL);

	/* A warning is an error too: of a second document libcyaml only warns. */
	if (rc == CYAML_OK && data != NULL && !log.said)
		return data;
	/* For want of memory libyaml gives no reason, of which libcyaml makes this. */
	refusal->nomem = rc == CYAML_ERR_OOM || rc == CYAML_ERR_LIBYAML_PARSER_INIT ||
			 strcmp(refusal->text, "libyaml: (null)") == 0;
	if (refusal->text[0] == '\0')
		snprintf(refusal->text, sizeof(refusal->text), "%s",
			 rc == CYAML_OK ? "no content" : cyaml_strerror(rc));
	return NULL;
}

CREATE TABLE "endpoints" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_user" uuid NOT NULL,
	"session_owner" uuid NOT NULL,
	"desired_session_count" integer DEFAULT 0 NOT NULL,
	"image" uuid NOT NULL,
	"model" uuid,
	"model_mount_destination" text DEFAULT '/models' NOT NULL,
	"model_definition_path" text,
	"domain" text NOT NULL,
	"project" uuid NOT NULL,
	"resource_group" text NOT NULL,
	"lifecycle_stage" text DEFAULT 'created' NOT NULL,
	"tag" text,
	"startup_command" text,
	"bootstrap_script" text,
	"callback_url" text,
	"environ" jsonb NOT NULL,
	"open_to_public" boolean DEFAULT false NOT NULL,
	"runtime_variant" text DEFAULT 'custom' NOT NULL,
	"resource_slots" jsonb NOT NULL,
	"resource_opts" jsonb NOT NULL,
	"url" text,
	"cluster_mode" text DEFAULT 'single-node' NOT NULL,
	"cluster_size" integer DEFAULT 1 NOT NULL,
	"extra_mounts" jsonb NOT NULL,
	"retries" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"destroyed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "routings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"endpoint" uuid NOT NULL,
	"session" uuid,
	"session_owner" uuid NOT NULL,
	"domain" text NOT NULL,
	"project" uuid NOT NULL,
	"status" text DEFAULT 'provisioning' NOT NULL,
	"traffic_ratio" double precision DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"error_data" jsonb
);
--> statement-breakpoint
CREATE TABLE "endpoint_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"endpoint" uuid,
	"session_owner" uuid NOT NULL,
	"domain" text NOT NULL,
	"project" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"valid_until" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "routings" ADD CONSTRAINT "routings_endpoint_endpoints_id_fk" FOREIGN KEY ("endpoint") REFERENCES "public"."endpoints"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "endpoint_tokens" ADD CONSTRAINT "endpoint_tokens_endpoint_endpoints_id_fk" FOREIGN KEY ("endpoint") REFERENCES "public"."endpoints"("id") ON DELETE set null ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "ix_endpoints_owner" ON "endpoints" USING btree ("session_owner");
--> statement-breakpoint
CREATE INDEX "ix_endpoints_resource_group" ON "endpoints" USING btree ("resource_group");
--> statement-breakpoint
CREATE INDEX "ix_endpoints_lifecycle" ON "endpoints" USING btree ("lifecycle_stage");
--> statement-breakpoint
CREATE UNIQUE INDEX "uq_routings_endpoint_session" ON "routings" USING btree ("endpoint","session");
--> statement-breakpoint
CREATE INDEX "ix_endpoint_tokens_token" ON "endpoint_tokens" USING btree ("token");
--> statement-breakpoint
CREATE INDEX "ix_endpoint_tokens_endpoint" ON "endpoint_tokens" USING btree ("endpoint");

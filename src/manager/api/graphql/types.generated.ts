// Written by `bun run graphql-types` from the .graphql files beside it.
import type { RowOf } from './rows.ts'

/** Type → field → what it holds. */
export interface Objects {
  Agent: {
    id?: string | null
    status?: string | null
    status_changed?: Date | string | null
    region?: string | null
    scaling_group?: string | null
    schedulable?: boolean | null
    available_slots?: unknown | null
    occupied_slots?: unknown | null
    addr?: string | null
    architecture?: string | null
    first_contact?: Date | string | null
    lost_at?: Date | string | null
    live_stat?: unknown | null
    version?: string | null
    compute_plugins?: unknown | null
    hardware_metadata?: unknown | null
    auto_terminate_abusing_kernel?: boolean | null
    local_config?: unknown | null
    container_count?: number | null
    mem_slots?: number | null
    cpu_slots?: number | null
    gpu_slots?: number | null
    tpu_slots?: number | null
    used_mem_slots?: number | null
    used_cpu_slots?: number | null
    used_gpu_slots?: number | null
    used_tpu_slots?: number | null
    cpu_cur_pct?: number | null
    mem_cur_bytes?: number | null
    compute_containers?: readonly (RowOf<'ComputeContainer'> | null)[] | null
  }
  AgentList: {
    items: readonly (RowOf<'Agent'> | null)[]
    total_count: number
  }
  AgentSummary: {
    id?: string | null
    status?: string | null
    scaling_group?: string | null
    schedulable?: boolean | null
    available_slots?: unknown | null
    occupied_slots?: unknown | null
    architecture?: string | null
  }
  AgentSummaryList: {
    items: readonly (RowOf<'AgentSummary'> | null)[]
    total_count: number
  }
  AliasImage: {
    ok?: boolean | null
    msg?: string | null
  }
  AssociateScalingGroupWithDomain: {
    ok?: boolean | null
    msg?: string | null
  }
  AssociateScalingGroupWithKeyPair: {
    ok?: boolean | null
    msg?: string | null
  }
  AssociateScalingGroupWithUserGroup: {
    ok?: boolean | null
    msg?: string | null
  }
  AssociateScalingGroupsWithDomain: {
    ok?: boolean | null
    msg?: string | null
  }
  AssociateScalingGroupsWithKeyPair: {
    ok?: boolean | null
    msg?: string | null
  }
  AssociateScalingGroupsWithUserGroup: {
    ok?: boolean | null
    msg?: string | null
  }
  ClearImages: {
    ok?: boolean | null
    msg?: string | null
  }
  ComputeContainer: {
    id?: string | null
    idx?: number | null
    role?: string | null
    hostname?: string | null
    kernel_id?: string | null
    cluster_idx?: number | null
    local_rank?: number | null
    cluster_role?: string | null
    cluster_hostname?: string | null
    session_id?: string | null
    image?: string | null
    image_object?: RowOf<'ImageNode'> | null
    architecture?: string | null
    registry?: string | null
    status?: string | null
    status_changed?: Date | string | null
    status_info?: string | null
    status_data?: unknown | null
    created_at?: Date | string | null
    terminated_at?: Date | string | null
    starts_at?: Date | string | null
    scheduled_at?: Date | string | null
    abusing_report?: unknown | null
    agent?: string | null
    agent_addr?: string | null
    container_id?: string | null
    resource_opts?: unknown | null
    occupied_slots?: unknown | null
    live_stat?: unknown | null
    last_stat?: unknown | null
    preopen_ports?: readonly (number | null)[] | null
  }
  ComputeContainerList: {
    items: readonly (RowOf<'ComputeContainer'> | null)[]
    total_count: number
  }
  ComputeSession: {
    id?: string | null
    session_id?: string | null
    main_kernel_id?: string | null
    tag?: string | null
    name?: string | null
    type?: string | null
    main_kernel_role?: string | null
    image?: string | null
    architecture?: string | null
    registry?: string | null
    cluster_template?: string | null
    cluster_mode?: string | null
    cluster_size?: number | null
    domain_name?: string | null
    group_name?: string | null
    group_id?: string | null
    user_email?: string | null
    full_name?: string | null
    user_id?: string | null
    access_key?: string | null
    created_user_email?: string | null
    created_user_id?: string | null
    status?: string | null
    status_changed?: Date | string | null
    status_info?: string | null
    status_data?: unknown | null
    status_history?: unknown | null
    created_at?: Date | string | null
    terminated_at?: Date | string | null
    starts_at?: Date | string | null
    scheduled_at?: Date | string | null
    startup_command?: string | null
    result?: string | null
    commit_status?: string | null
    abusing_reports?: readonly (unknown | null)[] | null
    idle_checks?: unknown | null
    agent_ids?: readonly (string | null)[] | null
    agents?: readonly (string | null)[] | null
    resource_opts?: unknown | null
    scaling_group?: string | null
    service_ports?: unknown | null
    mounts?: readonly (string | null)[] | null
    vfolder_mounts?: readonly (string | null)[] | null
    occupying_slots?: unknown | null
    occupied_slots?: unknown | null
    requested_slots?: unknown | null
    num_queries?: number | null
    containers?: readonly (RowOf<'ComputeContainer'> | null)[] | null
    dependencies?: readonly (RowOf<'ComputeSession'> | null)[] | null
    inference_metrics?: unknown | null
  }
  ComputeSessionList: {
    items: readonly (RowOf<'ComputeSession'> | null)[]
    total_count: number
  }
  ContainerRegistry: {
    id: string
    hostname?: string | null
    config?: RowOf<'ContainerRegistryConfig'> | null
  }
  ContainerRegistryConfig: {
    url: string
    type: string
    project?: readonly (string | null)[] | null
    username?: string | null
    password?: string | null
    ssl_verify?: boolean | null
  }
  CreateContainerRegistry: {
    container_registry?: RowOf<'ContainerRegistry'> | null
  }
  CreateDomain: {
    ok?: boolean | null
    msg?: string | null
    domain?: RowOf<'Domain'> | null
  }
  CreateGroup: {
    ok?: boolean | null
    msg?: string | null
    group?: RowOf<'Group'> | null
  }
  CreateKeyPair: {
    ok?: boolean | null
    msg?: string | null
    keypair?: RowOf<'KeyPair'> | null
  }
  CreateKeyPairResourcePolicy: {
    ok?: boolean | null
    msg?: string | null
    resource_policy?: RowOf<'KeyPairResourcePolicy'> | null
  }
  CreateProjectResourcePolicy: {
    ok?: boolean | null
    msg?: string | null
    resource_policy?: RowOf<'ProjectResourcePolicy'> | null
  }
  CreateResourcePreset: {
    ok?: boolean | null
    msg?: string | null
    resource_preset?: RowOf<'ResourcePreset'> | null
  }
  CreateScalingGroup: {
    ok?: boolean | null
    msg?: string | null
    scaling_group?: RowOf<'ScalingGroup'> | null
  }
  CreateUser: {
    ok?: boolean | null
    msg?: string | null
    user?: RowOf<'User'> | null
  }
  CreateUserResourcePolicy: {
    ok?: boolean | null
    msg?: string | null
    resource_policy?: RowOf<'UserResourcePolicy'> | null
  }
  DealiasImage: {
    ok?: boolean | null
    msg?: string | null
  }
  DeleteContainerRegistry: {
    container_registry?: RowOf<'ContainerRegistry'> | null
  }
  DeleteDomain: {
    ok?: boolean | null
    msg?: string | null
  }
  DeleteGroup: {
    ok?: boolean | null
    msg?: string | null
  }
  DeleteKeyPair: {
    ok?: boolean | null
    msg?: string | null
  }
  DeleteKeyPairResourcePolicy: {
    ok?: boolean | null
    msg?: string | null
  }
  DeleteProjectResourcePolicy: {
    ok?: boolean | null
    msg?: string | null
  }
  DeleteResourcePreset: {
    ok?: boolean | null
    msg?: string | null
  }
  DeleteScalingGroup: {
    ok?: boolean | null
    msg?: string | null
  }
  DeleteUser: {
    ok?: boolean | null
    msg?: string | null
  }
  DeleteUserResourcePolicy: {
    ok?: boolean | null
    msg?: string | null
  }
  DisassociateAllScalingGroupsWithDomain: {
    ok?: boolean | null
    msg?: string | null
  }
  DisassociateAllScalingGroupsWithGroup: {
    ok?: boolean | null
    msg?: string | null
  }
  DisassociateScalingGroupWithDomain: {
    ok?: boolean | null
    msg?: string | null
  }
  DisassociateScalingGroupWithKeyPair: {
    ok?: boolean | null
    msg?: string | null
  }
  DisassociateScalingGroupWithUserGroup: {
    ok?: boolean | null
    msg?: string | null
  }
  DisassociateScalingGroupsWithDomain: {
    ok?: boolean | null
    msg?: string | null
  }
  DisassociateScalingGroupsWithKeyPair: {
    ok?: boolean | null
    msg?: string | null
  }
  DisassociateScalingGroupsWithUserGroup: {
    ok?: boolean | null
    msg?: string | null
  }
  Domain: {
    name?: string | null
    description?: string | null
    is_active?: boolean | null
    created_at?: Date | string | null
    modified_at?: Date | string | null
    total_resource_slots?: unknown | null
    allowed_vfolder_hosts?: unknown | null
    allowed_docker_registries?: readonly (string | null)[] | null
    integration_id?: string | null
    scaling_groups?: readonly (string | null)[] | null
  }
  Endpoint: {
    id?: string | null
    endpoint_id?: string | null
    image?: string | null
    image_object?: RowOf<'ImageNode'> | null
    domain?: string | null
    project?: string | null
    resource_group?: string | null
    resource_slots?: unknown | null
    url?: string | null
    model?: string | null
    model_definition_path?: string | null
    model_mount_destiation?: string | null
    model_mount_destination?: string | null
    extra_mounts?: readonly (RowOf<'VirtualFolderNode'> | null)[] | null
    created_user?: string | null
    created_user_email?: string | null
    created_user_id?: string | null
    session_owner?: string | null
    session_owner_email?: string | null
    session_owner_id?: string | null
    tag?: string | null
    startup_command?: string | null
    bootstrap_script?: string | null
    callback_url?: string | null
    environ?: unknown | null
    name?: string | null
    resource_opts?: unknown | null
    desired_session_count?: number | null
    cluster_mode?: string | null
    cluster_size?: number | null
    open_to_public?: boolean | null
    runtime_variant?: RowOf<'RuntimeVariantInfo'> | null
    created_at: Date | string
    destroyed_at?: Date | string | null
    routings?: readonly (RowOf<'Routing'> | null)[] | null
    retries?: number | null
    status?: string | null
    lifecycle_stage?: string | null
    errors: readonly (RowOf<'InferenceSessionError'>)[]
  }
  EndpointList: {
    items: readonly (RowOf<'Endpoint'> | null)[]
    total_count: number
  }
  EndpointToken: {
    id?: string | null
    token: string
    endpoint_id: string
    domain: string
    project: string
    session_owner: string
    created_at: Date | string
    valid_until?: Date | string | null
  }
  EndpointTokenList: {
    items: readonly (RowOf<'EndpointToken'> | null)[]
    total_count: number
  }
  ForgetImage: {
    ok?: boolean | null
    msg?: string | null
    image?: RowOf<'ImageNode'> | null
  }
  ForgetImageById: {
    ok?: boolean | null
    msg?: string | null
    image?: RowOf<'ImageNode'> | null
  }
  Group: {
    id?: string | null
    name?: string | null
    description?: string | null
    is_active?: boolean | null
    created_at?: Date | string | null
    modified_at?: Date | string | null
    domain_name?: string | null
    total_resource_slots?: unknown | null
    allowed_vfolder_hosts?: unknown | null
    integration_id?: string | null
    resource_policy?: string | null
    type?: string | null
    container_registry?: unknown | null
    scaling_groups?: readonly (string | null)[] | null
  }
  GroupConnection: {
    pageInfo: RowOf<'PageInfo'>
    edges: readonly (RowOf<'GroupEdge'> | null)[]
    count?: number | null
  }
  GroupEdge: {
    node?: RowOf<'GroupNode'> | null
    cursor: string
  }
  GroupNode: {
    id: string
    row_id?: string | null
    name?: string | null
    description?: string | null
    is_active?: boolean | null
    created_at?: Date | string | null
    modified_at?: Date | string | null
    domain_name?: string | null
    total_resource_slots?: unknown | null
    allowed_vfolder_hosts?: unknown | null
    integration_id?: string | null
    resource_policy?: string | null
    type?: string | null
    container_registry?: unknown | null
    scaling_groups?: readonly (string | null)[] | null
    user_nodes?: RowOf<'UserConnection'> | null
  }
  Image: {
    id?: string | null
    name?: string | null
    humanized_name?: string | null
    tag?: string | null
    registry?: string | null
    architecture?: string | null
    is_local?: boolean | null
    digest?: string | null
    labels?: readonly (RowOf<'KVPair'> | null)[] | null
    aliases?: readonly (string | null)[] | null
    size_bytes?: number | null
    resource_limits?: readonly (RowOf<'ResourceLimit'> | null)[] | null
    supported_accelerators?: readonly (string | null)[] | null
    installed?: boolean | null
    installed_agents?: readonly (string | null)[] | null
    hash?: string | null
  }
  ImageNode: {
    id: string
    row_id?: string | null
    name?: string | null
    humanized_name?: string | null
    tag?: string | null
    registry?: string | null
    architecture?: string | null
    is_local?: boolean | null
    digest?: string | null
    labels?: readonly (RowOf<'KVPair'> | null)[] | null
    size_bytes?: number | null
    resource_limits?: readonly (RowOf<'ResourceLimit'> | null)[] | null
    supported_accelerators?: readonly (string | null)[] | null
    aliases?: readonly (string | null)[] | null
  }
  InferenceSessionError: {
    session_id?: string | null
    errors: readonly (RowOf<'InferenceSessionErrorInfo'>)[]
  }
  InferenceSessionErrorInfo: {
    src: string
    name: string
    repr: string
  }
  KVPair: {
    key?: string | null
    value?: string | null
  }
  KeyPair: {
    id?: string | null
    user_id?: string | null
    full_name?: string | null
    access_key?: string | null
    secret_key?: string | null
    is_active?: boolean | null
    is_admin?: boolean | null
    resource_policy?: string | null
    created_at?: Date | string | null
    last_used?: Date | string | null
    rate_limit?: number | null
    num_queries?: number | null
    user?: string | null
    projects?: readonly (string | null)[] | null
    ssh_public_key?: string | null
    vfolders?: readonly (RowOf<'VirtualFolder'> | null)[] | null
    compute_sessions?: readonly (RowOf<'ComputeSession'> | null)[] | null
    concurrency_used?: number | null
    user_info?: RowOf<'UserInfo'> | null
    concurrency_limit?: number | null
  }
  KeyPairList: {
    items: readonly (RowOf<'KeyPair'> | null)[]
    total_count: number
  }
  KeyPairResourcePolicy: {
    name?: string | null
    created_at?: Date | string | null
    default_for_unspecified?: string | null
    total_resource_slots?: unknown | null
    max_session_lifetime?: number | null
    max_concurrent_sessions?: number | null
    max_containers_per_session?: number | null
    idle_timeout?: number | null
    allowed_vfolder_hosts?: unknown | null
    max_vfolder_count?: number | null
    max_vfolder_size?: number | null
    max_quota_scope_size?: number | null
    max_concurrent_sftp_sessions?: number | null
    max_pending_session_count?: number | null
    max_pending_session_resource_slots?: unknown | null
  }
  LegacyComputeSession: {
    id?: string | null
    tag?: string | null
    sess_id?: string | null
    sess_type?: string | null
    session_name?: string | null
    session_type?: string | null
    role?: string | null
    image?: string | null
    architecture?: string | null
    registry?: string | null
    domain_name?: string | null
    group_name?: string | null
    group_id?: string | null
    scaling_group?: string | null
    user_uuid?: string | null
    access_key?: string | null
    status?: string | null
    status_changed?: Date | string | null
    status_info?: string | null
    created_at?: Date | string | null
    terminated_at?: Date | string | null
    startup_command?: string | null
    result?: string | null
    agent?: string | null
    container_id?: string | null
    service_ports?: unknown | null
    occupied_slots?: unknown | null
    occupied_shares?: unknown | null
    mounts?: readonly (readonly (string | null)[] | null)[] | null
    resource_opts?: unknown | null
    num_queries?: number | null
    live_stat?: unknown | null
    last_stat?: unknown | null
    user_email?: string | null
    lang?: string | null
    mem_slot?: number | null
    cpu_slot?: number | null
    gpu_slot?: number | null
    tpu_slot?: number | null
    cpu_used?: number | null
    cpu_using?: number | null
    mem_max_bytes?: number | null
    mem_cur_bytes?: number | null
    net_rx_bytes?: number | null
    net_tx_bytes?: number | null
    io_read_bytes?: number | null
    io_write_bytes?: number | null
    io_max_scratch_size?: number | null
    io_cur_scratch_size?: number | null
  }
  LegacyComputeSessionList: {
    items: readonly (RowOf<'LegacyComputeSession'> | null)[]
    total_count: number
  }
  ModelCard: {
    id: string
    name?: string | null
    row_id?: string | null
    vfolder?: RowOf<'VirtualFolder'> | null
    vfolder_node?: RowOf<'VirtualFolderNode'> | null
    author?: string | null
    title?: string | null
    version?: string | null
    created_at?: Date | string | null
    modified_at?: Date | string | null
    description?: string | null
    task?: string | null
    category?: string | null
    architecture?: string | null
    framework?: readonly (string | null)[] | null
    label?: readonly (string | null)[] | null
    license?: string | null
    min_resource?: unknown | null
    readme?: string | null
    readme_filetype?: string | null
    error_msg?: string | null
  }
  ModelCardConnection: {
    pageInfo: RowOf<'PageInfo'>
    edges: readonly (RowOf<'ModelCardEdge'> | null)[]
    count?: number | null
  }
  ModelCardEdge: {
    node?: RowOf<'ModelCard'> | null
    cursor: string
  }
  ModifyAgent: {
    ok?: boolean | null
    msg?: string | null
  }
  ModifyContainerRegistry: {
    container_registry?: RowOf<'ContainerRegistry'> | null
  }
  ModifyDomain: {
    ok?: boolean | null
    msg?: string | null
    domain?: RowOf<'Domain'> | null
  }
  ModifyEndpoint: {
    ok?: boolean | null
    msg?: string | null
    endpoint?: RowOf<'Endpoint'> | null
  }
  ModifyGroup: {
    ok?: boolean | null
    msg?: string | null
    group?: RowOf<'Group'> | null
  }
  ModifyImage: {
    ok?: boolean | null
    msg?: string | null
  }
  ModifyKeyPair: {
    ok?: boolean | null
    msg?: string | null
  }
  ModifyKeyPairResourcePolicy: {
    ok?: boolean | null
    msg?: string | null
  }
  ModifyProjectResourcePolicy: {
    ok?: boolean | null
    msg?: string | null
  }
  ModifyResourcePreset: {
    ok?: boolean | null
    msg?: string | null
  }
  ModifyScalingGroup: {
    ok?: boolean | null
    msg?: string | null
  }
  ModifyUser: {
    ok?: boolean | null
    msg?: string | null
    user?: RowOf<'User'> | null
  }
  ModifyUserResourcePolicy: {
    ok?: boolean | null
    msg?: string | null
  }
  Mutations: {
    modify_agent?: RowOf<'ModifyAgent'> | null
    create_container_registry?: RowOf<'CreateContainerRegistry'> | null
    modify_container_registry?: RowOf<'ModifyContainerRegistry'> | null
    delete_container_registry?: RowOf<'DeleteContainerRegistry'> | null
    create_domain?: RowOf<'CreateDomain'> | null
    modify_domain?: RowOf<'ModifyDomain'> | null
    delete_domain?: RowOf<'DeleteDomain'> | null
    purge_domain?: RowOf<'PurgeDomain'> | null
    modify_endpoint?: RowOf<'ModifyEndpoint'> | null
    create_group?: RowOf<'CreateGroup'> | null
    modify_group?: RowOf<'ModifyGroup'> | null
    delete_group?: RowOf<'DeleteGroup'> | null
    purge_group?: RowOf<'PurgeGroup'> | null
    rescan_images?: RowOf<'RescanImages'> | null
    preload_image?: RowOf<'PreloadImage'> | null
    unload_image?: RowOf<'UnloadImage'> | null
    modify_image?: RowOf<'ModifyImage'> | null
    forget_image_by_id?: RowOf<'ForgetImageById'> | null
    forget_image?: RowOf<'ForgetImage'> | null
    untag_image_from_registry?: RowOf<'UntagImageFromRegistry'> | null
    alias_image?: RowOf<'AliasImage'> | null
    dealias_image?: RowOf<'DealiasImage'> | null
    clear_images?: RowOf<'ClearImages'> | null
    create_keypair_resource_policy?: RowOf<'CreateKeyPairResourcePolicy'> | null
    modify_keypair_resource_policy?: RowOf<'ModifyKeyPairResourcePolicy'> | null
    delete_keypair_resource_policy?: RowOf<'DeleteKeyPairResourcePolicy'> | null
    create_keypair?: RowOf<'CreateKeyPair'> | null
    modify_keypair?: RowOf<'ModifyKeyPair'> | null
    delete_keypair?: RowOf<'DeleteKeyPair'> | null
    create_project_resource_policy?: RowOf<'CreateProjectResourcePolicy'> | null
    modify_project_resource_policy?: RowOf<'ModifyProjectResourcePolicy'> | null
    delete_project_resource_policy?: RowOf<'DeleteProjectResourcePolicy'> | null
    set_quota_scope?: RowOf<'SetQuotaScope'> | null
    unset_quota_scope?: RowOf<'UnsetQuotaScope'> | null
    create_resource_preset?: RowOf<'CreateResourcePreset'> | null
    modify_resource_preset?: RowOf<'ModifyResourcePreset'> | null
    delete_resource_preset?: RowOf<'DeleteResourcePreset'> | null
    associate_scaling_group_with_domain?: RowOf<'AssociateScalingGroupWithDomain'> | null
    associate_scaling_groups_with_domain?: RowOf<'AssociateScalingGroupsWithDomain'> | null
    associate_scaling_group_with_user_group?: RowOf<'AssociateScalingGroupWithUserGroup'> | null
    associate_scaling_groups_with_user_group?: RowOf<'AssociateScalingGroupsWithUserGroup'> | null
    associate_scaling_group_with_keypair?: RowOf<'AssociateScalingGroupWithKeyPair'> | null
    associate_scaling_groups_with_keypair?: RowOf<'AssociateScalingGroupsWithKeyPair'> | null
    disassociate_scaling_group_with_domain?: RowOf<'DisassociateScalingGroupWithDomain'> | null
    disassociate_scaling_groups_with_domain?: RowOf<'DisassociateScalingGroupsWithDomain'> | null
    disassociate_scaling_group_with_user_group?: RowOf<'DisassociateScalingGroupWithUserGroup'> | null
    disassociate_scaling_groups_with_user_group?: RowOf<'DisassociateScalingGroupsWithUserGroup'> | null
    disassociate_scaling_group_with_keypair?: RowOf<'DisassociateScalingGroupWithKeyPair'> | null
    disassociate_scaling_groups_with_keypair?: RowOf<'DisassociateScalingGroupsWithKeyPair'> | null
    disassociate_all_scaling_groups_with_domain?: RowOf<'DisassociateAllScalingGroupsWithDomain'> | null
    disassociate_all_scaling_groups_with_group?: RowOf<'DisassociateAllScalingGroupsWithGroup'> | null
    create_scaling_group?: RowOf<'CreateScalingGroup'> | null
    modify_scaling_group?: RowOf<'ModifyScalingGroup'> | null
    delete_scaling_group?: RowOf<'DeleteScalingGroup'> | null
    create_user_resource_policy?: RowOf<'CreateUserResourcePolicy'> | null
    modify_user_resource_policy?: RowOf<'ModifyUserResourcePolicy'> | null
    delete_user_resource_policy?: RowOf<'DeleteUserResourcePolicy'> | null
    create_user?: RowOf<'CreateUser'> | null
    modify_user?: RowOf<'ModifyUser'> | null
    delete_user?: RowOf<'DeleteUser'> | null
    purge_user?: RowOf<'PurgeUser'> | null
  }
  PageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor?: string | null
    endCursor?: string | null
  }
  PredefinedAtomicPermission: {
    vfolder_host_permission_list?: readonly (string | null)[] | null
  }
  PreloadImage: {
    ok?: boolean | null
    msg?: string | null
    task_id?: string | null
  }
  ProjectResourcePolicy: {
    id: string
    name: string
    created_at: Date | string
    max_vfolder_count?: number | null
    max_quota_scope_size?: number | null
    max_vfolder_size?: number | null
  }
  PurgeDomain: {
    ok?: boolean | null
    msg?: string | null
  }
  PurgeGroup: {
    ok?: boolean | null
    msg?: string | null
  }
  PurgeUser: {
    ok?: boolean | null
    msg?: string | null
  }
  Queries: {
    node?: RowOf<'Node'> | null
    agent?: RowOf<'Agent'> | null
    agent_list?: RowOf<'AgentList'> | null
    agents?: readonly (RowOf<'Agent'> | null)[] | null
    agent_summary?: RowOf<'AgentSummary'> | null
    agent_summary_list?: RowOf<'AgentSummaryList'> | null
    container_registry?: RowOf<'ContainerRegistry'> | null
    container_registries?: readonly (RowOf<'ContainerRegistry'> | null)[] | null
    compute_container?: RowOf<'ComputeContainer'> | null
    compute_container_list?: RowOf<'ComputeContainerList'> | null
    domain?: RowOf<'Domain'> | null
    domains?: readonly (RowOf<'Domain'> | null)[] | null
    endpoint_token?: RowOf<'EndpointToken'> | null
    endpoint_token_list?: RowOf<'EndpointTokenList'> | null
    endpoint?: RowOf<'Endpoint'> | null
    endpoint_list?: RowOf<'EndpointList'> | null
    group_node?: RowOf<'GroupNode'> | null
    group_nodes?: RowOf<'GroupConnection'> | null
    group?: RowOf<'Group'> | null
    groups_by_name?: readonly (RowOf<'Group'> | null)[] | null
    groups?: readonly (RowOf<'Group'> | null)[] | null
    image?: RowOf<'Image'> | null
    images?: readonly (RowOf<'Image'> | null)[] | null
    customized_images?: readonly (RowOf<'ImageNode'> | null)[] | null
    keypair_resource_policy?: RowOf<'KeyPairResourcePolicy'> | null
    keypair_resource_policies?: readonly (RowOf<'KeyPairResourcePolicy'> | null)[] | null
    keypair?: RowOf<'KeyPair'> | null
    keypairs?: readonly (RowOf<'KeyPair'> | null)[] | null
    keypair_list?: RowOf<'KeyPairList'> | null
    legacy_compute_session_list?: RowOf<'LegacyComputeSessionList'> | null
    legacy_compute_session?: RowOf<'LegacyComputeSession'> | null
    model_card?: RowOf<'ModelCard'> | null
    model_cards?: RowOf<'ModelCardConnection'> | null
    project_resource_policy?: RowOf<'ProjectResourcePolicy'> | null
    project_resource_policies?: readonly (RowOf<'ProjectResourcePolicy'> | null)[] | null
    quota_scope?: RowOf<'QuotaScope'> | null
    resource_preset?: RowOf<'ResourcePreset'> | null
    resource_presets?: readonly (RowOf<'ResourcePreset'> | null)[] | null
    routing?: RowOf<'Routing'> | null
    routing_list?: RowOf<'RoutingList'> | null
    scaling_group?: RowOf<'ScalingGroup'> | null
    scaling_groups?: readonly (RowOf<'ScalingGroup'> | null)[] | null
    scaling_groups_for_domain?: readonly (RowOf<'ScalingGroup'> | null)[] | null
    scaling_groups_for_user_group?: readonly (RowOf<'ScalingGroup'> | null)[] | null
    scaling_groups_for_keypair?: readonly (RowOf<'ScalingGroup'> | null)[] | null
    compute_session?: RowOf<'ComputeSession'> | null
    compute_session_list?: RowOf<'ComputeSessionList'> | null
    storage_volume?: RowOf<'StorageVolume'> | null
    storage_volume_list?: RowOf<'StorageVolumeList'> | null
    user_node?: RowOf<'UserNode'> | null
    user_nodes?: RowOf<'UserConnection'> | null
    user_resource_policy?: RowOf<'UserResourcePolicy'> | null
    user_resource_policies?: readonly (RowOf<'UserResourcePolicy'> | null)[] | null
    user?: RowOf<'User'> | null
    user_from_uuid?: RowOf<'User'> | null
    users?: readonly (RowOf<'User'> | null)[] | null
    user_list?: RowOf<'UserList'> | null
    vfolder_node?: RowOf<'VirtualFolderNode'> | null
    vfolder_nodes?: RowOf<'VirtualFolderConnection'> | null
    vfolder_permission_list?: RowOf<'VirtualFolderPermissionList'> | null
    vfolder_host_permissions?: RowOf<'PredefinedAtomicPermission'> | null
    vfolder?: RowOf<'VirtualFolder'> | null
    vfolder_list?: RowOf<'VirtualFolderList'> | null
    vfolder_own_list?: RowOf<'VirtualFolderList'> | null
    vfolder_invited_list?: RowOf<'VirtualFolderList'> | null
    vfolder_project_list?: RowOf<'VirtualFolderList'> | null
    vfolders?: readonly (RowOf<'VirtualFolder'> | null)[] | null
  }
  QuotaDetails: {
    usage_bytes?: number | null
    usage_count?: number | null
    hard_limit_bytes?: number | null
  }
  QuotaScope: {
    id: string
    quota_scope_id: string
    storage_host_name: string
    details: RowOf<'QuotaDetails'>
  }
  RescanImages: {
    ok?: boolean | null
    msg?: string | null
    task_id?: string | null
  }
  ResourceLimit: {
    key?: string | null
    min?: string | null
    max?: string | null
  }
  ResourcePreset: {
    name?: string | null
    resource_slots?: unknown | null
    shared_memory?: number | null
  }
  Routing: {
    id?: string | null
    routing_id?: string | null
    endpoint?: string | null
    session?: string | null
    status?: string | null
    traffic_ratio?: number | null
    created_at?: Date | string | null
    error_data?: unknown | null
  }
  RoutingList: {
    items: readonly (RowOf<'Routing'> | null)[]
    total_count: number
  }
  RuntimeVariantInfo: {
    name?: string | null
    human_readable_name?: string | null
  }
  ScalingGroup: {
    name?: string | null
    description?: string | null
    is_active?: boolean | null
    is_public?: boolean | null
    created_at?: Date | string | null
    wsproxy_addr?: string | null
    wsproxy_api_token?: string | null
    driver?: string | null
    driver_opts?: unknown | null
    scheduler?: string | null
    scheduler_opts?: unknown | null
    use_host_network?: boolean | null
    agent_count_by_status?: number | null
    agent_total_resource_slots_by_status?: unknown | null
  }
  SetQuotaScope: {
    quota_scope?: RowOf<'QuotaScope'> | null
  }
  StorageVolume: {
    id?: string | null
    backend?: string | null
    fsprefix?: string | null
    path?: string | null
    capabilities?: readonly (string | null)[] | null
    hardware_metadata?: unknown | null
    performance_metric?: unknown | null
    usage?: unknown | null
    proxy?: string | null
    name?: string | null
  }
  StorageVolumeList: {
    items: readonly (RowOf<'StorageVolume'> | null)[]
    total_count: number
  }
  UnloadImage: {
    ok?: boolean | null
    msg?: string | null
    task_id?: string | null
  }
  UnsetQuotaScope: {
    quota_scope?: RowOf<'QuotaScope'> | null
  }
  UntagImageFromRegistry: {
    ok?: boolean | null
    msg?: string | null
    image?: RowOf<'ImageNode'> | null
  }
  User: {
    id?: string | null
    uuid?: string | null
    username?: string | null
    email?: string | null
    need_password_change?: boolean | null
    full_name?: string | null
    description?: string | null
    is_active?: boolean | null
    status?: string | null
    status_info?: string | null
    created_at?: Date | string | null
    modified_at?: Date | string | null
    domain_name?: string | null
    role?: string | null
    resource_policy?: string | null
    allowed_client_ip?: readonly (string | null)[] | null
    totp_activated?: boolean | null
    totp_activated_at?: Date | string | null
    sudo_session_enabled?: boolean | null
    main_access_key?: string | null
    groups?: readonly (RowOf<'UserGroup'> | null)[] | null
  }
  UserConnection: {
    pageInfo: RowOf<'PageInfo'>
    edges: readonly (RowOf<'UserEdge'> | null)[]
    count?: number | null
  }
  UserEdge: {
    node?: RowOf<'UserNode'> | null
    cursor: string
  }
  UserGroup: {
    id?: string | null
    name?: string | null
  }
  UserInfo: {
    email?: string | null
    full_name?: string | null
  }
  UserList: {
    items: readonly (RowOf<'User'> | null)[]
    total_count: number
  }
  UserNode: {
    id: string
    username?: string | null
    email?: string | null
    need_password_change?: boolean | null
    full_name?: string | null
    description?: string | null
    is_active?: boolean | null
    status?: string | null
    status_info?: string | null
    created_at?: Date | string | null
    modified_at?: Date | string | null
    domain_name?: string | null
    role?: string | null
    resource_policy?: string | null
    allowed_client_ip?: readonly (string | null)[] | null
    totp_activated?: boolean | null
    totp_activated_at?: Date | string | null
    sudo_session_enabled?: boolean | null
  }
  UserResourcePolicy: {
    id: string
    name: string
    created_at: Date | string
    max_vfolder_count?: number | null
    max_quota_scope_size?: number | null
    max_vfolder_size?: number | null
    max_session_count_per_model_session?: number | null
    max_customized_image_count?: number | null
  }
  VirtualFolder: {
    id?: string | null
    host?: string | null
    quota_scope_id?: string | null
    name?: string | null
    user?: string | null
    user_email?: string | null
    group?: string | null
    group_name?: string | null
    creator?: string | null
    unmanaged_path?: string | null
    usage_mode?: string | null
    permission?: string | null
    ownership_type?: string | null
    max_files?: number | null
    max_size?: number | null
    created_at?: Date | string | null
    last_used?: Date | string | null
    num_files?: number | null
    cur_size?: number | null
    cloneable?: boolean | null
    status?: string | null
  }
  VirtualFolderConnection: {
    pageInfo: RowOf<'PageInfo'>
    edges: readonly (RowOf<'VirtualFolderEdge'> | null)[]
    count?: number | null
  }
  VirtualFolderEdge: {
    node?: RowOf<'VirtualFolderNode'> | null
    cursor: string
  }
  VirtualFolderList: {
    items: readonly (RowOf<'VirtualFolder'> | null)[]
    total_count: number
  }
  VirtualFolderNode: {
    id: string
    row_id?: string | null
    host?: string | null
    quota_scope_id?: string | null
    name?: string | null
    user?: string | null
    user_email?: string | null
    group?: string | null
    group_name?: string | null
    creator?: string | null
    unmanaged_path?: string | null
    usage_mode?: string | null
    permission?: string | null
    ownership_type?: string | null
    max_files?: number | null
    max_size?: number | null
    created_at?: Date | string | null
    last_used?: Date | string | null
    num_files?: number | null
    cur_size?: number | null
    cloneable?: boolean | null
    status?: string | null
  }
  VirtualFolderPermission: {
    id?: string | null
    permission?: string | null
    vfolder?: string | null
    vfolder_name?: string | null
    user?: string | null
    user_email?: string | null
  }
  VirtualFolderPermissionList: {
    items: readonly (RowOf<'VirtualFolderPermission'> | null)[]
    total_count: number
  }
}

/** Type → field → its arguments. */
export interface Arguments {
  Agent: {
    compute_containers: {
      status?: string | null
    }
  }
  GroupNode: {
    user_nodes: {
      filter?: string | null
      order?: string | null
      offset?: number | null
      before?: string | null
      after?: string | null
      first?: number | null
      last?: number | null
    }
  }
  KeyPair: {
    compute_sessions: {
      status?: string | null
    }
  }
  Mutations: {
    modify_agent: {
      id: string
      props: Inputs['ModifyAgentInput']
    }
    create_container_registry: {
      hostname: string
      props: Inputs['CreateContainerRegistryInput']
    }
    modify_container_registry: {
      hostname: string
      props: Inputs['ModifyContainerRegistryInput']
    }
    delete_container_registry: {
      hostname: string
    }
    create_domain: {
      name: string
      props: Inputs['DomainInput']
    }
    modify_domain: {
      name: string
      props: Inputs['ModifyDomainInput']
    }
    delete_domain: {
      name: string
    }
    purge_domain: {
      name: string
    }
    modify_endpoint: {
      endpoint_id: string
      props: Inputs['ModifyEndpointInput']
    }
    create_group: {
      name: string
      props: Inputs['GroupInput']
    }
    modify_group: {
      gid: string
      props: Inputs['ModifyGroupInput']
    }
    delete_group: {
      gid: string
    }
    purge_group: {
      gid: string
    }
    rescan_images: {
      registry?: string | null
    }
    preload_image: {
      references: readonly (string | null)[]
      target_agents: readonly (string | null)[]
    }
    unload_image: {
      references: readonly (string | null)[]
      target_agents: readonly (string | null)[]
    }
    modify_image: {
      architecture: string | null
      props: Inputs['ModifyImageInput']
      target: string
    }
    forget_image_by_id: {
      image_id: string
    }
    forget_image: {
      architecture: string | null
      reference: string
    }
    untag_image_from_registry: {
      image_id: string
    }
    alias_image: {
      alias: string
      architecture: string | null
      target: string
    }
    dealias_image: {
      alias: string
    }
    clear_images: {
      registry?: string | null
    }
    create_keypair_resource_policy: {
      name: string
      props: Inputs['CreateKeyPairResourcePolicyInput']
    }
    modify_keypair_resource_policy: {
      name: string
      props: Inputs['ModifyKeyPairResourcePolicyInput']
    }
    delete_keypair_resource_policy: {
      name: string
    }
    create_keypair: {
      props: Inputs['KeyPairInput']
      user_id: string
    }
    modify_keypair: {
      access_key: string
      props: Inputs['ModifyKeyPairInput']
    }
    delete_keypair: {
      access_key: string
    }
    create_project_resource_policy: {
      name: string
      props: Inputs['CreateProjectResourcePolicyInput']
    }
    modify_project_resource_policy: {
      name: string
      props: Inputs['ModifyProjectResourcePolicyInput']
    }
    delete_project_resource_policy: {
      name: string
    }
    set_quota_scope: {
      props: Inputs['QuotaScopeInput']
      quota_scope_id: string
      storage_host_name: string
    }
    unset_quota_scope: {
      quota_scope_id: string
      storage_host_name: string
    }
    create_resource_preset: {
      name: string
      props: Inputs['CreateResourcePresetInput']
    }
    modify_resource_preset: {
      name: string
      props: Inputs['ModifyResourcePresetInput']
    }
    delete_resource_preset: {
      name: string
    }
    associate_scaling_group_with_domain: {
      domain: string
      scaling_group: string
    }
    associate_scaling_groups_with_domain: {
      domain: string
      scaling_groups: readonly (string | null)[]
    }
    associate_scaling_group_with_user_group: {
      scaling_group: string
      user_group: string
    }
    associate_scaling_groups_with_user_group: {
      scaling_groups: readonly (string | null)[]
      user_group: string
    }
    associate_scaling_group_with_keypair: {
      access_key: string
      scaling_group: string
    }
    associate_scaling_groups_with_keypair: {
      access_key: string
      scaling_groups: readonly (string | null)[]
    }
    disassociate_scaling_group_with_domain: {
      domain: string
      scaling_group: string
    }
    disassociate_scaling_groups_with_domain: {
      domain: string
      scaling_groups: readonly (string | null)[]
    }
    disassociate_scaling_group_with_user_group: {
      scaling_group: string
      user_group: string
    }
    disassociate_scaling_groups_with_user_group: {
      scaling_groups: readonly (string | null)[]
      user_group: string
    }
    disassociate_scaling_group_with_keypair: {
      access_key: string
      scaling_group: string
    }
    disassociate_scaling_groups_with_keypair: {
      access_key: string
      scaling_groups: readonly (string | null)[]
    }
    disassociate_all_scaling_groups_with_domain: {
      domain: string
    }
    disassociate_all_scaling_groups_with_group: {
      user_group: string
    }
    create_scaling_group: {
      name: string
      props: Inputs['CreateScalingGroupInput']
    }
    modify_scaling_group: {
      name: string
      props: Inputs['ModifyScalingGroupInput']
    }
    delete_scaling_group: {
      name: string
    }
    create_user_resource_policy: {
      name: string
      props: Inputs['CreateUserResourcePolicyInput']
    }
    modify_user_resource_policy: {
      name: string
      props: Inputs['ModifyUserResourcePolicyInput']
    }
    delete_user_resource_policy: {
      name: string
    }
    create_user: {
      email: string
      props: Inputs['UserInput']
    }
    modify_user: {
      email: string
      props: Inputs['ModifyUserInput']
    }
    delete_user: {
      email: string
    }
    purge_user: {
      email: string
      props: Inputs['PurgeUserInput']
    }
  }
  Queries: {
    node: {
      id: string
    }
    agent: {
      agent_id: string
    }
    agent_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      order_key?: string | null
      order_asc?: boolean | null
      scaling_group?: string | null
      status?: string | null
    }
    agents: {
      scaling_group?: string | null
      status?: string | null
    }
    agent_summary: {
      agent_id: string
    }
    agent_summary_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      scaling_group?: string | null
      status?: string | null
    }
    container_registry: {
      hostname: string
    }
    compute_container: {
      id: string
    }
    compute_container_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      session_id: string
      role?: string | null
    }
    domain: {
      name?: string | null
    }
    domains: {
      is_active?: boolean | null
    }
    endpoint_token: {
      token: string
    }
    endpoint_token_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      endpoint_id?: string | null
    }
    endpoint: {
      endpoint_id: string
    }
    endpoint_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      domain_name?: string | null
      group_id?: string | null
      user_uuid?: string | null
      project?: string | null
    }
    group_node: {
      id: string
    }
    group_nodes: {
      filter?: string | null
      order?: string | null
      offset?: number | null
      before?: string | null
      after?: string | null
      first?: number | null
      last?: number | null
    }
    group: {
      id: string
      domain_name?: string | null
      type: readonly (string | null)[] | null
    }
    groups_by_name: {
      name: string
      domain_name?: string | null
    }
    groups: {
      domain_name?: string | null
      is_active?: boolean | null
      type: readonly (string | null)[] | null
    }
    image: {
      id?: string | null
      reference?: string | null
      architecture: string | null
    }
    images: {
      is_installed?: boolean | null
      is_operation?: boolean | null
      load_filters: readonly (string | null)[] | null
      image_filters: readonly (string | null)[] | null
      domain?: string | null
      group?: string | null
      scaling_group?: string | null
    }
    keypair_resource_policy: {
      name?: string | null
    }
    keypair: {
      domain_name?: string | null
      access_key?: string | null
    }
    keypairs: {
      domain_name?: string | null
      email?: string | null
      is_active?: boolean | null
    }
    keypair_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      order_key?: string | null
      order_asc?: boolean | null
      domain_name?: string | null
      email?: string | null
      is_active?: boolean | null
    }
    legacy_compute_session_list: {
      limit: number
      offset: number
      order_key?: string | null
      order_asc?: boolean | null
      domain_name?: string | null
      group_id?: string | null
      access_key?: string | null
      status?: string | null
    }
    legacy_compute_session: {
      sess_id: string
      domain_name?: string | null
      access_key?: string | null
    }
    model_card: {
      id: string
    }
    model_cards: {
      filter?: string | null
      order?: string | null
      offset?: number | null
      before?: string | null
      after?: string | null
      first?: number | null
      last?: number | null
    }
    project_resource_policy: {
      name: string
    }
    quota_scope: {
      storage_host_name: string
      quota_scope_id: string
    }
    resource_preset: {
      name?: string | null
    }
    routing: {
      routing_id: string
    }
    routing_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      endpoint_id?: string | null
    }
    scaling_group: {
      name?: string | null
    }
    scaling_groups: {
      name?: string | null
      is_active?: boolean | null
    }
    scaling_groups_for_domain: {
      domain: string
      is_active?: boolean | null
    }
    scaling_groups_for_user_group: {
      user_group: string
      is_active?: boolean | null
    }
    scaling_groups_for_keypair: {
      access_key: string
      is_active?: boolean | null
    }
    compute_session: {
      id: string
    }
    compute_session_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      order_key?: string | null
      order_asc?: boolean | null
      domain_name?: string | null
      group_id?: string | null
      access_key?: string | null
      status?: string | null
    }
    storage_volume: {
      id?: string | null
    }
    storage_volume_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
    }
    user_node: {
      id: string
    }
    user_nodes: {
      filter?: string | null
      order?: string | null
      offset?: number | null
      before?: string | null
      after?: string | null
      first?: number | null
      last?: number | null
    }
    user_resource_policy: {
      name?: string | null
    }
    user: {
      domain_name?: string | null
      email?: string | null
    }
    user_from_uuid: {
      domain_name?: string | null
      user_id?: string | null
    }
    users: {
      domain_name?: string | null
      group_id?: string | null
      is_active?: boolean | null
      status?: string | null
    }
    user_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      order_key?: string | null
      order_asc?: boolean | null
      domain_name?: string | null
      group_id?: string | null
      is_active?: boolean | null
      status?: string | null
    }
    vfolder_node: {
      id: string
    }
    vfolder_nodes: {
      filter?: string | null
      order?: string | null
      offset?: number | null
      before?: string | null
      after?: string | null
      first?: number | null
      last?: number | null
    }
    vfolder_permission_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
    }
    vfolder: {
      id?: string | null
    }
    vfolder_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      order_key?: string | null
      order_asc?: boolean | null
      domain_name?: string | null
      group_id?: string | null
      access_key?: string | null
    }
    vfolder_own_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      domain_name?: string | null
      access_key?: string | null
    }
    vfolder_invited_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      domain_name?: string | null
      access_key?: string | null
    }
    vfolder_project_list: {
      limit: number
      offset: number
      filter?: string | null
      order?: string | null
      domain_name?: string | null
      access_key?: string | null
    }
    vfolders: {
      domain_name?: string | null
      group_id?: string | null
      access_key?: string | null
    }
  }
  ScalingGroup: {
    agent_count_by_status: {
      status: string | null
    }
    agent_total_resource_slots_by_status: {
      status: string | null
    }
  }
}

/** Input → its fields. */
export interface Inputs {
  CreateContainerRegistryInput: {
    url: string
    type: string
    project?: readonly (string | null)[] | null
    username?: string | null
    password?: string | null
    ssl_verify?: boolean | null
  }
  CreateKeyPairResourcePolicyInput: {
    default_for_unspecified: string
    total_resource_slots: unknown | null
    max_session_lifetime: number | null
    max_concurrent_sessions: number
    max_concurrent_sftp_sessions: number | null
    max_containers_per_session: number
    idle_timeout: number
    allowed_vfolder_hosts?: unknown | null
    max_vfolder_count?: number | null
    max_vfolder_size?: number | null
    max_quota_scope_size?: number | null
    max_pending_session_count?: number | null
    max_pending_session_resource_slots?: unknown | null
  }
  CreateProjectResourcePolicyInput: {
    max_vfolder_count?: number | null
    max_quota_scope_size?: number | null
    max_vfolder_size?: number | null
  }
  CreateResourcePresetInput: {
    resource_slots: unknown
    shared_memory?: string | null
  }
  CreateScalingGroupInput: {
    description: string | null
    is_active: boolean | null
    is_public: boolean | null
    wsproxy_addr: string | null
    wsproxy_api_token: string | null
    driver: string
    driver_opts: unknown | null
    scheduler: string
    scheduler_opts: unknown | null
    use_host_network: boolean | null
  }
  CreateUserResourcePolicyInput: {
    max_vfolder_count?: number | null
    max_quota_scope_size?: number | null
    max_session_count_per_model_session?: number | null
    max_vfolder_size?: number | null
    max_customized_image_count?: number | null
  }
  DomainInput: {
    description: string | null
    is_active: boolean | null
    total_resource_slots: unknown | null
    allowed_vfolder_hosts: unknown | null
    allowed_docker_registries: readonly (string | null)[] | null
    integration_id: string | null
  }
  ExtraMountInput: {
    vfolder_id?: string | null
    mount_destination?: string | null
    type?: string | null
    permission?: string | null
  }
  GroupInput: {
    type: string | null
    description: string | null
    is_active: boolean | null
    domain_name: string
    total_resource_slots: unknown | null
    allowed_vfolder_hosts: unknown | null
    integration_id: string | null
    resource_policy: string | null
    container_registry: unknown | null
  }
  ImageRefType: {
    name: string
    registry?: string | null
    architecture?: string | null
  }
  KVPairInput: {
    key?: string | null
    value?: string | null
  }
  KeyPairInput: {
    is_active: boolean | null
    is_admin: boolean | null
    resource_policy: string
    concurrency_limit?: number | null
    rate_limit: number
  }
  ModifyAgentInput: {
    schedulable?: boolean | null
    scaling_group?: string | null
  }
  ModifyContainerRegistryInput: {
    url?: string | null
    type?: string | null
    project?: readonly (string | null)[] | null
    username?: string | null
    password?: string | null
    ssl_verify?: boolean | null
  }
  ModifyDomainInput: {
    name?: string | null
    description?: string | null
    is_active?: boolean | null
    total_resource_slots?: unknown | null
    allowed_vfolder_hosts?: unknown | null
    allowed_docker_registries?: readonly (string | null)[] | null
    integration_id?: string | null
  }
  ModifyEndpointInput: {
    resource_slots?: unknown | null
    resource_opts?: unknown | null
    cluster_mode?: string | null
    cluster_size?: number | null
    desired_session_count?: number | null
    image?: Inputs['ImageRefType'] | null
    name?: string | null
    resource_group?: string | null
    model_definition_path?: string | null
    open_to_public?: boolean | null
    extra_mounts?: readonly (Inputs['ExtraMountInput'] | null)[] | null
    environ?: unknown | null
    runtime_variant?: string | null
  }
  ModifyGroupInput: {
    name?: string | null
    description?: string | null
    is_active?: boolean | null
    domain_name?: string | null
    total_resource_slots?: unknown | null
    user_update_mode?: string | null
    user_uuids?: readonly (string | null)[] | null
    allowed_vfolder_hosts?: unknown | null
    integration_id?: string | null
    resource_policy?: string | null
    container_registry: unknown | null
  }
  ModifyImageInput: {
    name?: string | null
    registry?: string | null
    image?: string | null
    tag?: string | null
    architecture?: string | null
    is_local?: boolean | null
    size_bytes?: number | null
    type?: string | null
    digest?: string | null
    labels?: readonly (Inputs['KVPairInput'] | null)[] | null
    supported_accelerators?: readonly (string | null)[] | null
    resource_limits?: readonly (Inputs['ResourceLimitInput'] | null)[] | null
  }
  ModifyKeyPairInput: {
    is_active?: boolean | null
    is_admin?: boolean | null
    resource_policy?: string | null
    concurrency_limit?: number | null
    rate_limit?: number | null
  }
  ModifyKeyPairResourcePolicyInput: {
    default_for_unspecified?: string | null
    total_resource_slots?: unknown | null
    max_session_lifetime?: number | null
    max_concurrent_sessions?: number | null
    max_concurrent_sftp_sessions?: number | null
    max_containers_per_session?: number | null
    idle_timeout?: number | null
    allowed_vfolder_hosts?: unknown | null
    max_vfolder_count?: number | null
    max_vfolder_size?: number | null
    max_quota_scope_size?: number | null
    max_pending_session_count?: number | null
    max_pending_session_resource_slots?: unknown | null
  }
  ModifyProjectResourcePolicyInput: {
    max_vfolder_count?: number | null
    max_quota_scope_size?: number | null
    max_vfolder_size?: number | null
  }
  ModifyResourcePresetInput: {
    resource_slots?: unknown | null
    shared_memory?: string | null
  }
  ModifyScalingGroupInput: {
    description?: string | null
    is_active?: boolean | null
    is_public?: boolean | null
    wsproxy_addr?: string | null
    wsproxy_api_token?: string | null
    driver?: string | null
    driver_opts?: unknown | null
    scheduler?: string | null
    scheduler_opts?: unknown | null
    use_host_network?: boolean | null
  }
  ModifyUserInput: {
    username?: string | null
    password?: string | null
    need_password_change?: boolean | null
    full_name?: string | null
    description?: string | null
    is_active?: boolean | null
    status?: string | null
    domain_name?: string | null
    role?: string | null
    group_ids?: readonly (string | null)[] | null
    allowed_client_ip?: readonly (string | null)[] | null
    totp_activated?: boolean | null
    resource_policy?: string | null
    sudo_session_enabled?: boolean | null
    main_access_key?: string | null
  }
  ModifyUserResourcePolicyInput: {
    max_vfolder_count?: number | null
    max_quota_scope_size?: number | null
    max_session_count_per_model_session?: number | null
    max_customized_image_count?: number | null
  }
  PurgeUserInput: {
    purge_shared_vfolders?: boolean | null
  }
  QuotaScopeInput: {
    hard_limit_bytes?: number | null
  }
  ResourceLimitInput: {
    key?: string | null
    min?: string | null
    max?: string | null
  }
  UserInput: {
    username: string
    password: string
    need_password_change: boolean
    full_name: string | null
    description: string | null
    is_active: boolean | null
    status: string | null
    domain_name: string
    role: string | null
    group_ids?: readonly (string | null)[] | null
    allowed_client_ip: readonly (string | null)[] | null
    totp_activated: boolean | null
    resource_policy: string | null
    sudo_session_enabled: boolean | null
  }
}
